import { noopLoad } from '../calibrate.js'
import { drainRows, findRow, plainRows, type Cell } from '../drain-rows.js'
import { checkRatio } from '../result.js'
import type { Scenario } from '../scenario.js'
import { flat } from '../targets.js'
import { howDrained } from './drain.js'

const counts = [1, 10, 100]
const whatOf = (n: number): string => (n === 1 ? '1 queue' : `${n} queues`)

export const queuesScenario: Scenario = {
  name: 'queues',
  title: 'No-op jobs spread over 1, 10 and 100 queues',
  async run(context) {
    const { options, sides, bestWidth } = context
    const cells: Cell[] = []
    for (const n of counts) {
      const queues = Array.from({ length: n }, (_, i) => `q${i}`)
      for (const side of sides.filter(({ id }) => ['ours', 'bullmq', 'bee-queue'].includes(id))) {
        const load = noopLoad(side, options.jobs)
        cells.push({ what: whatOf(n), side, width: await bestWidth(side), queues, ...load })
      }
    }
    const rows = await drainRows(context, this.name, cells)
    const checks = rows
      .filter(({ what }) => what !== whatOf(1))
      .flatMap((row) =>
        checkRatio(
          `${row.side}: ${row.what} / 1 queue`,
          row,
          findRow(rows, row.id, whatOf(1)),
          row.id === 'ours' ? flat : undefined,
        ),
      )
    return {
      name: this.name,
      title: this.title,
      how: `${howDrained} Peers have one worker object per queue in one process, with the concurrency shared out.`,
      rows: plainRows(rows),
      checks,
    }
  },
}
