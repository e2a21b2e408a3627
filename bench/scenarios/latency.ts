import { percentile } from '../../chaos/recovery.js'
import { labelOf } from '../drain-rows.js'
import { pace } from '../pace.js'
import { check, checkRatio, type Check, type Row } from '../result.js'
import { inRounds } from '../rounds.js'
import type { Scenario } from '../scenario.js'

/** Jobs a second, and who can keep up with so many. */
const flows = [
  { perSec: 10, ids: ['ours', 'bullmq', 'bee-queue', 'rq', 'rq-simple'] },
  { perSec: 100, ids: ['ours', 'bullmq', 'bee-queue'] },
  { perSec: 1_000, ids: ['ours', 'bullmq', 'bee-queue'] },
]
const points = [50, 99, 99.9]

interface LatencyRow extends Row {
  readonly id: string
  readonly perSec: number
  readonly point: number
}

export const latencyScenario: Scenario = {
  name: 'latency',
  title: 'From enqueue to the start of the function, at 10, 100 and 1,000 jobs a second',
  async run({ options, sides, bestWidth, say }) {
    const cells = flows.flatMap(({ perSec, ids }) =>
      sides.filter(({ id }) => ids.includes(id)).map((side) => ({ side, perSec })),
    )
    const values = await inRounds(options.rounds, cells, async ({ side, perSec }, round) => {
      say(`latency, round ${round + 1} of ${options.rounds}: ${perSec} jobs/s, ${side.title}`)
      const seconds = options.quick ? 4 : perSec === 10 ? 20 : 10
      return (await pace({ side, width: await bestWidth(side), perSec, seconds })).startUs
    })
    const rows: LatencyRow[] = []
    for (const [{ side, perSec }, samples] of values) {
      const label = labelOf(side, await bestWidth(side))
      for (const point of points) {
        // A point that no sample lies beyond says nothing.
        if (Math.min(...samples.map(({ length }) => length)) * (1 - point / 100) < 1) continue
        const ms = samples.map((one) => (percentile(one, point) ?? NaN) / 1_000)
        rows.push({
          id: side.id,
          perSec,
          point,
          what: `${perSec} jobs/s p${point}`,
          side: label,
          unit: 'ms',
          values: ms,
        })
      }
    }
    return {
      name: this.name,
      title: this.title,
      how:
        'Jobs come at random moments (exponential gaps) from a process of their own that waits for no answer. From ' +
        'just before the call that enqueues to the first line of the function, on the clock that all processes share. ' +
        'The 99.9th percentile is told where there are 1,000 samples a round.',
      rows: rows.map(({ what, side, unit, values: ms }) => ({ what, side, unit, values: ms })),
      checks: checksOf(rows),
    }
  },
}

function checksOf(rows: readonly LatencyRow[]): Check[] {
  const find = (id: string, perSec: number, point: number): LatencyRow | undefined =>
    rows.find((row) => row.id === id && row.perSec === perSec && row.point === point)
  const limits = [
    [50, 1],
    [99, 3],
  ] as const
  return limits.flatMap(([point, limit]) => {
    const ours = find('ours', 100, point)
    if (ours === undefined) return []
    return [
      check(`ours, 100 jobs/s p${point}`, 'ms', ours.values, { op: '<=', limit }),
      ...checkRatio(`100 jobs/s p${point}: ours / BullMQ in-process`, ours, find('bullmq', 100, point), {
        op: '<',
        limit: 1,
      }),
    ]
  })
}
