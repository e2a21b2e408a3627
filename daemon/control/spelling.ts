import type levenshtein from 'fastest-levenshtein'
import { requirePackage } from '../../src/require.js'

/** The candidate that is spelled most like `wanted`, or undefined if none is near enough to be meant. */
export function nearestSpelling(wanted: string, candidates: readonly string[]): string | undefined {
  if (candidates.length === 0) return undefined
  const { closest, distance } = requirePackage('fastest-levenshtein') as typeof levenshtein
  const best = closest(wanted, candidates)
  return distance(wanted, best) <= Math.max(2, best.length / 3) ? best : undefined
}

/** The same as the end of a sentence: `; did you mean "pause"?`, or nothing. */
export function didYouMean(wanted: string, candidates: readonly string[]): string {
  const nearest = nearestSpelling(wanted, candidates)
  return nearest === undefined ? '' : `; did you mean ${JSON.stringify(nearest)}?`
}
