import { noopLoad } from '../calibrate.js'
import { drain } from '../drain.js'
import { checkRatio, type Check, type Row, type Target } from '../result.js'
import { inRounds } from '../rounds.js'
import type { Scenario } from '../scenario.js'

const targets: Readonly<Record<string, Target>> = {
  'bee-queue': { op: '>=', limit: 1.05 },
  bullmq: { op: '>=', limit: 1.4 },
  'bullmq-sandboxed': { op: '>=', limit: 9 },
  rq: { op: '>=', limit: 180 },
  ceiling: { op: '>=', limit: 0.75 },
}

export const drainScenario: Scenario = {
  name: 'drain',
  title: 'no-op jobs: how fast a full queue is emptied',
  async run({ options, sides, say, bestWidth }) {
    const cells = []
    for (const side of sides) cells.push({ side, width: await bestWidth(side) })
    const values = await inRounds(options.rounds, cells, async ({ side, width }, round) => {
      say(`drain, round ${round + 1} of ${options.rounds}: ${side.title}`)
      return drain({ side, width, ...noopLoad(side, options.jobs), queues: ['default'] })
    })
    const rows = [...values].map(([{ side, width }, drained]): Row & { id: string } => {
      const label =
        side.widths.length > 1 ? `${side.title}, ${side.id === 'ceiling' ? 'in flight' : 'c'}=${width}` : side.title
      return {
        id: side.id,
        what: 'no-op drain',
        side: label,
        unit: 'jobs/s',
        values: drained.map(({ perSec }) => perSec),
      }
    })
    const ours = rows.find(({ id }) => id === 'ours')
    const checks: Check[] = rows
      .filter((row) => row !== ours)
      .flatMap((row) => checkRatio(`ours / ${row.side}`, ours, row, targets[row.id]))
    return {
      name: this.name,
      title: this.title,
      how:
        'The jobs wait in Redis; a warm, connected, idle worker is let at them. From the first look that sees jobs ' +
        'done to the first that sees all done; every side is looked at every 4 ms, in Redis, from outside.',
      rows,
      checks: ours === undefined ? [] : checks,
    }
  },
}
