import { noopLoad } from '../calibrate.js'
import { drainRows, findRow, plainRows, type Cell } from '../drain-rows.js'
import { checkRatio, type Target } from '../result.js'
import type { Scenario } from '../scenario.js'

const targets: Readonly<Record<string, Target>> = {
  'bee-queue': { op: '>=', limit: 1.05 },
  bullmq: { op: '>=', limit: 1.4 },
  'bullmq-sandboxed': { op: '>=', limit: 9 },
  rq: { op: '>=', limit: 180 },
  ceiling: { op: '>=', limit: 0.75 },
}
const what = 'no-op'

/** How every rate of jobs is measured. */
export const howDrained =
  'The jobs wait in Redis; a warm, connected, idle worker is let at them. From the first look that sees jobs done to ' +
  'the first that sees all done; every side is looked at every 4 ms, in Redis, from outside.'

export const drainScenario: Scenario = {
  name: 'drain',
  title: 'No-op jobs: how fast a full queue is emptied',
  async run(context) {
    const cells: Cell[] = []
    for (const side of context.sides) {
      cells.push({ what, side, width: await context.bestWidth(side), ...noopLoad(side, context.options.jobs) })
    }
    const rows = await drainRows(context, this.name, cells)
    const ours = findRow(rows, 'ours', what)
    return {
      name: this.name,
      title: this.title,
      how: `${howDrained} Concurrency: the best of several, tried before.`,
      rows: plainRows(rows),
      checks: rows
        .filter((row) => row !== ours)
        .flatMap((row) => checkRatio(`ours / ${row.side}`, ours, row, targets[row.id])),
    }
  },
}
