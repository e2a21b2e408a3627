import { drain } from './drain.js'
import type { Side } from './side.js'

/**
 * The width at which a side drains no-op jobs fastest, each tried so many times; found out once, because it takes a
 * while.
 */
export function createCalibration(
  say: (text: string) => void,
  jobs: number,
  tries: number,
): (side: Side) => Promise<number> {
  const known = new Map<string, Promise<number>>()
  return (side) => {
    const found = known.get(side.id) ?? best(side, jobs, tries, say)
    known.set(side.id, found)
    return found
  }
}

async function best(side: Side, jobs: number, tries: number, say: (text: string) => void): Promise<number> {
  if (side.widths.length === 1) return side.widths[0]!
  const rates = new Map<number, number>()
  for (const width of Array.from({ length: tries }, () => side.widths).flat()) {
    say(`${side.title}: looking for its best concurrency, trying ${width}`)
    const { perSec } = await drain({ side, width, ...noopLoad(side, jobs) })
    rates.set(width, Math.max(perSec, rates.get(width) ?? 0))
  }
  return [...rates].reduce((a, b) => (b[1] > a[1] ? b : a))[0]
}

/** The usual amount of work for a side, and enough of it before to be warm. */
export function noopLoad(side: Side, jobs: number): { job: { task: 'noop' }; jobs: number; warmUp: number } {
  const wanted = Math.min(jobs, side.maxJobs)
  return { job: { task: 'noop' }, jobs: wanted, warmUp: Math.max(10, Math.min(3_000, Math.ceil(wanted / 5))) }
}
