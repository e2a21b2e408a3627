import { percentile } from '../../chaos/recovery.js'
import { measureDue, type Lateness } from '../due.js'
import { check, type Row } from '../result.js'
import type { Scenario } from '../scenario.js'
import { ours } from '../sides.js'

const PER_SEC = 1_000
const points = [50, 99, 100]

export const schedulerScenario: Scenario = {
  name: 'scheduler',
  title: 'Ours: how late 1,000 scheduled jobs a second are, all of which become due at the whole second',
  async run({ options: { rounds, quick }, say }) {
    const measured: Lateness[] = []
    for (let round = 1; round <= rounds; round += 1) {
      say(`scheduler, round ${round} of ${rounds}`)
      measured.push(await measureDue({ perSec: PER_SEC, seconds: quick ? 4 : 10 }))
    }
    const rowsOf = (what: string, samples: readonly (readonly number[])[]): Row[] =>
      points.map((point) => ({
        what: `${what} ${point === 100 ? 'max' : `p${point}`}`,
        side: ours.title,
        unit: 'ms',
        values: samples.map((one) => percentile(one, point) ?? NaN),
      }))
    const queued = rowsOf(
      'on its queue',
      measured.map(({ queuedMs }) => queuedMs),
    )
    const begun = rowsOf(
      'function begun',
      measured.map(({ begunMs }) => begunMs),
    )
    return {
      name: this.name,
      title: this.title,
      how:
        "From a job's second until it was on its queue, by the clock of Redis, looked at every 2 ms; and until its " +
        'no-op function began, the other jobs of that second before it. Scheduled times are whole seconds, so that ' +
        'all jobs of a second are due at once.',
      rows: [...queued, ...begun],
      checks: queued
        .filter(({ what }) => what.endsWith('p99'))
        .map(({ what, unit, values }) => check(`${what}, 1,000 due a second`, unit, values, { op: '<=', limit: 100 })),
    }
  },
}
