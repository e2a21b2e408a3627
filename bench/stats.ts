/** What several measurements of one thing say together. */
export interface Spread {
  readonly n: number
  readonly median: number
  readonly min: number
  readonly max: number
}

/** @throws RangeError if there are no values */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError('there is nothing to sum up: no values')
  const sorted = [...values].sort((a, b) => a - b)
  return { n: sorted.length, median: median(sorted), min: sorted[0]!, max: sorted.at(-1)! }
}

/** The middle value, or the mean of the two in the middle. NaN if there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}

/** One value per round divided by the other of the same round: what both rounds suffered from cancels out. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.slice(0, theirs.length).map((value, round) => value / theirs[round]!)
}
