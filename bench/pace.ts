import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Bed } from './bed.js'
import { fill } from './fill.js'
import { Running, runToEnd } from './processes.js'
import type { Side } from './side.js'
import { readTraffic, type Traffic } from './traffic.js'
import { untilDone } from './until-done.js'

export interface PaceSetting {
  readonly side: Side
  readonly width: number
  readonly perSec: number
  readonly seconds: number
}

export interface Paced {
  /** From just before a job was enqueued to the first line of its function; microseconds, ascending. */
  readonly startUs: readonly number[]
  /** What Redis was asked per job, the enqueueing left out. */
  readonly traffic: Traffic
}

const queues = ['default']
/** Looks are few here: they must not wake Redis up for the side that is measured. */
const LOOK_MS = 50

/**
 * Jobs that come at random moments, so many a second on average, from a process of their own that waits for nothing.
 * The functions write down when they began.
 */
export async function pace(setting: PaceSetting): Promise<Paced> {
  const without = await run(setting, false)
  const full = await run(setting, true)
  return {
    startUs: full.startUs,
    traffic: {
      commands: full.traffic.commands - without.traffic.commands,
      reads: full.traffic.reads - without.traffic.reads,
    },
  }
}

function run({ side, width, perSec, seconds }: PaceSetting, withWorker: boolean): Promise<Paced> {
  return Bed.use(async ({ server, folder }) => {
    const redis = server.client
    const path = server.socket
    const stamps = join(folder, 'stamps')
    await writeFile(stamps, '')
    const slow = side.maxJobs < 1_000
    const warmUp = slow ? 5 : 500
    await fill(side, path, queues, warmUp, { task: 'noop' })
    const worker = withWorker
      ? new Running(side.worker({ path, queues, width, folder }), { RQD_BENCH_STAMPS: stamps })
      : undefined
    try {
      if (worker !== undefined) await untilDone(worker, () => side.done(redis, queues, warmUp), warmUp)
      await redis.config('RESETSTAT')
      const flow = { path, queues, rate: perSec, seconds: withWorker ? seconds : Math.min(seconds, 2) }
      const own = slow ? 5 : 50
      const { count } = JSON.parse(await runToEnd(side.driver('produce', { ...flow, warmUp: own }))) as {
        count: number
      }
      let looks = 0
      const read = async (): Promise<number[]> => {
        const lines = (await readFile(stamps, 'utf8')).split('\n')
        return lines.filter((line) => line !== '').map(Number)
      }
      if (worker !== undefined) {
        const total = warmUp + own + count
        for (looks = 1; (await side.done(redis, queues, total)) < total; looks += 1) {
          worker.check()
          if (looks * LOOK_MS > 120_000) throw new Error(`${side.title} does not keep up with ${perSec} jobs/s`)
          await delay(LOOK_MS)
        }
      }
      const traffic = await readTraffic(redis, count + own, looks)
      return { startUs: (await read()).sort((a, b) => a - b), traffic }
    } finally {
      await worker?.stop()
    }
  })
}
