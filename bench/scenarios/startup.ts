import { once } from 'node:events'
import { Bed } from '../bed.js'
import { fill } from '../fill.js'
import { rqctlProgram, rqdProgram } from '../ours.js'
import { Running, runToEnd } from '../processes.js'
import { check, type Check, type Row, type Target } from '../result.js'
import { inRounds } from '../rounds.js'
import type { Scenario } from '../scenario.js'
import type { Place, Side } from '../side.js'
import { untilDone } from '../until-done.js'

const queues = ['default']

const names = {
  readyMs: 'exec to "daemon ready"',
  firstMs: 'exec to the first job done',
  statusMs: 'rqctl status',
  stopMs: 'SIGTERM to the end',
} as const
type Times = { [K in keyof typeof names]?: number }

const targets: { [K in keyof typeof names]?: Target } = {
  readyMs: { op: '<=', limit: 500 },
  statusMs: { op: '<=', limit: 150 },
}

export const startupScenario: Scenario = {
  name: 'startup',
  title: 'Start, first job, rqctl status and stop',
  async run({ options, sides, say }) {
    const measured = sides.filter(({ id }) => id !== 'ceiling')
    // Short and easily disturbed: three a round cost little.
    const rounds = options.rounds * 3
    const values = await inRounds(rounds, measured, (side, round) => {
      say(`startup, round ${round + 1} of ${rounds}: ${side.title}`)
      return timeLife(side)
    })
    const rows: Row[] = []
    const checks: Check[] = []
    for (const [side, times] of values) {
      for (const key of Object.keys(names) as (keyof Times)[]) {
        const found = times.flatMap((one) => one[key] ?? [])
        if (found.length === 0) continue
        rows.push({ what: names[key], side: side.title, unit: 'ms', values: found })
        const target = targets[key]
        if (side.id === 'ours' && target !== undefined) checks.push(check(`ours: ${names[key]}`, 'ms', found, target))
      }
    }
    return {
      name: this.name,
      title: this.title,
      how:
        'From the spawning of the process. One job waits in the queue; done is when Redis says so, looked at every ' +
        '4 ms. `rqctl status` is the whole command, from its spawning to its end. Sandboxed BullMQ and Python RQ ' +
        'begin a child process for the first job.',
      rows,
      checks,
    }
  },
}

function timeLife(side: Side): Promise<Times> {
  return Bed.use(async ({ server, folder }) => {
    await fill(side, server.socket, queues, 1, { task: 'noop' })
    const place: Place = { path: server.socket, queues, width: 1, folder }
    const isOurs = side.id === 'ours'
    const beginMs = performance.now()
    const since = (fromMs: number): number => performance.now() - fromMs
    let readyMs: number | undefined
    const worker = isOurs
      ? new Running(rqdProgram(place, []), {}, () => {
          if (worker.output.includes('daemon ready')) readyMs ??= since(beginMs)
        })
      : new Running(side.worker(place))
    try {
      await untilDone(worker, () => side.done(server.client, queues, 1), 1)
      const firstMs = since(beginMs)
      const statusMs = isOurs ? await timeStatus(folder) : undefined
      const stopsMs = performance.now()
      const gone = once(worker.child, 'exit')
      worker.child.kill('SIGTERM')
      await gone
      const times = { firstMs, stopMs: since(stopsMs) }
      return { ...times, ...(readyMs !== undefined && { readyMs }), ...(statusMs !== undefined && { statusMs }) }
    } finally {
      await worker.stop()
    }
  })
}

/** Wall-clock time of a whole `rqctl status`, milliseconds. */
export async function timeStatus(folder: string): Promise<number> {
  const beginMs = performance.now()
  await runToEnd(rqctlProgram(folder, 'status'))
  return performance.now() - beginMs
}
