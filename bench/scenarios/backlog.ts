import { Bed } from '../bed.js'
import { makeCrowd } from '../crowd.js'
import { timeDrain } from '../drain.js'
import { fill } from '../fill.js'
import { Running } from '../processes.js'
import { check, type Row } from '../result.js'
import { inRounds } from '../rounds.js'
import type { Scenario } from '../scenario.js'
import { ours } from '../sides.js'
import { flat } from '../targets.js'
import { ratios } from '../stats.js'
import { untilDone } from '../until-done.js'

const queues = ['default']
const SMALL = 1_000
const WARM_UP = 2_000
/** Twice a look is the error of a short measurement; so these looks are close together. */
const LOOK_MS = 1

export const backlogScenario: Scenario = {
  name: 'backlog',
  title: 'No-op jobs at the head of a backlog of a thousand to a million (with --large)',
  async run({ options, say }) {
    const head = Math.max(2, Math.min(10, Math.floor(options.jobs / SMALL))) * SMALL
    const depths = [SMALL, 10_000, 100_000, ...(options.large ? [1_000_000] : [])]
    const values = await inRounds(options.rounds, depths, (depth, round) => {
      say(`backlog, round ${round + 1} of ${options.rounds}: ${depth} jobs wait`)
      return rateAt(depth, head)
    })
    const rows = depths.map((depth): Row => {
      return { what: `${depth} waiting`, side: ours.title, unit: 'jobs/s', values: values.get(depth)! }
    })
    const [, base] = rows
    return {
      name: this.name,
      title: this.title,
      how:
        `The rate over the first ${head} jobs of a queue that holds so many; for a thousand, over as many queues of a ` +
        'thousand, each filled when the one before is empty. Looked at every millisecond.',
      rows,
      checks: rows
        .filter((row) => row !== base)
        .map((row) => check(`${row.what} / ${base!.what}`, 'x', ratios(row.values, base!.values), flat)),
    }
  },
}

function rateAt(depth: number, head: number): Promise<number> {
  return Bed.use(async ({ server, folder }) => {
    const redis = server.client
    const waiting = ours.waiting('default')
    await fill(ours, server.socket, queues, 1, { task: 'noop' })
    const [template = ''] = await redis.lrange(waiting, 0, 0)
    const jobs = Math.max(depth, 10_000)
    await makeCrowd(redis, { template, queue: 'default', state: 'queued', jobs, firstId: 1 })
    await redis.rename(waiting, 'bench:held')
    await fill(ours, server.socket, queues, WARM_UP, { task: 'noop' })
    const worker = new Running(ours.worker({ path: server.socket, queues, width: 1, folder }))
    try {
      const count = (): Promise<number> => ours.done(redis, queues, jobs)
      await untilDone(worker, count, WARM_UP)
      let seconds = 0
      let done = 0
      const portion = depth === SMALL ? SMALL : head
      for (let before = WARM_UP; before < WARM_UP + head; before += portion) {
        if (depth === SMALL) await redis.rpush(waiting, ...(await redis.lpop('bench:held', SMALL))!)
        else await redis.rename('bench:held', waiting)
        const timed = await timeDrain(worker, count, before, portion, LOOK_MS)
        seconds += timed.seconds
        done += timed.done
      }
      return done / seconds
    } finally {
      await worker.stop()
    }
  })
}
