import { canOverlap } from '../ours.js'
import { drainRows, findRow, plainRows, type Cell } from '../drain-rows.js'
import { checkRatio } from '../result.js'
import type { Context, Scenario } from '../scenario.js'
import type { Job, Side } from '../side.js'
import { howDrained } from './drain.js'

interface Load {
  readonly what: string
  readonly job: Job
  readonly share: number
  readonly waits?: true
}

/** `share`: of the jobs of a no-op drain, because they take longer. */
const loads: readonly Load[] = [
  { what: '1 ms of CPU', job: { task: 'spin', ms: 1 }, share: 0.1 },
  { what: '10 ms of waiting', job: { task: 'sleep', ms: 10 }, share: 0.2, waits: true },
  { what: '1 kB in, 1 kB out', job: { task: 'echo', bytes: 1_000 }, share: 0.5 },
  { what: '100 kB in, 100 kB out', job: { task: 'echo', bytes: 100_000 }, share: 0.03 },
]

export const loadScenario: Scenario = {
  name: 'load',
  title: 'Jobs with some work: 1 ms of CPU, 10 ms of waiting, 1 kB and 100 kB in and out',
  async run(context) {
    const cells = await cellsOf(context)
    const rows = await drainRows(context, this.name, cells)
    const checks = rows.flatMap((row) => {
      if (row.id === 'ours') return []
      return checkRatio(`${row.what}: ours / ${row.side}`, findRow(rows, 'ours', row.what), row)
    })
    return {
      name: this.name,
      title: this.title,
      how:
        `${howDrained} Jobs that wait run 100 at once where the side can do that. Texts are of hex digits; ` +
        'bee-queue and the ceiling of Redis store no result.',
      rows: plainRows(rows),
      checks,
    }
  },
}

async function cellsOf({ options, sides, bestWidth }: Context): Promise<Cell[]> {
  const cells: Cell[] = []
  for (const { what, job, share, waits } of loads) {
    // The ceiling runs no function, so that what the function does means nothing to it.
    for (const side of sides.filter(({ id }) => id !== 'ceiling')) {
      const jobs = Math.ceil(
        Math.min(options.jobs * share, side.maxJobs, waits === true ? mostWaiting(side) : Infinity),
      )
      const width = waits === true ? side.sleepWidth : await bestWidth(side)
      cells.push({ what, side, width, job, jobs, warmUp: Math.ceil(Math.min(500, jobs / 5)) })
    }
  }
  return cells
}

/** Sides that wait for one job at a time are not kept at it for minutes. */
function mostWaiting(side: Side): number {
  return side.id === 'ours' && !canOverlap() ? 800 : Infinity
}
