import { noopLoad } from '../calibrate.js'
import { drainRows, findRow, plainRows, type Cell } from '../drain-rows.js'
import { checkRatio, type Target } from '../result.js'
import type { Scenario } from '../scenario.js'
import { howDrained } from './drain.js'

const tripsMs = [0, 1, 2, 5]
const whatOf = (ms: number): string => `${ms} ms to Redis and back`
const targetAt: Readonly<Record<number, Target>> = { 2: { op: '>=', limit: 0.7 } }

export const roundtripScenario: Scenario = {
  name: 'roundtrip',
  title: 'No-op jobs with Redis 0, 1, 2 and 5 ms away',
  async run(context) {
    const { options, sides, bestWidth } = context
    const cells: Cell[] = []
    for (const roundTripMs of tripsMs) {
      for (const side of sides.filter(({ id }) => ['ours', 'bullmq', 'bee-queue'].includes(id))) {
        const load = noopLoad(side, options.jobs)
        cells.push({ what: whatOf(roundTripMs), side, width: await bestWidth(side), roundTripMs, ...load })
      }
    }
    const rows = await drainRows(context, this.name, cells)
    const checks = tripsMs
      .slice(1)
      .flatMap((ms) =>
        rows
          .filter(({ what }) => what === whatOf(ms))
          .flatMap((row) =>
            checkRatio(
              `${row.side}: ${ms} ms / 0 ms`,
              row,
              findRow(rows, row.id, whatOf(0)),
              row.id === 'ours' ? targetAt[ms] : undefined,
            ),
          ),
      )
    return {
      name: this.name,
      title: this.title,
      how:
        `${howDrained} The worker reaches Redis through a proxy that delays each direction and limits nothing else; ` +
        'at 0 ms too, so that the cost of the proxy is in all of them. Timers round up: a round trip takes some ' +
        'tenths of a millisecond more than named.',
      rows: plainRows(rows),
      checks,
    }
  },
}
