import { parseDurationSec, type Duration } from './duration.js'
import { RqdError } from './errors.js'

/** One span for every time, or one for each. */
export type Intervals = Duration | readonly Duration[]

/**
 * Read intervals. `what` names them in errors.
 * @returns whole seconds, at least one entry
 * @throws RqdError RQD_BAD_DURATION, or RQD_BAD_OPTION for an empty list or a negative span
 */
export function parseIntervalsSec(intervals: Intervals, what: string): number[] {
  const list = typeof intervals === 'object' ? intervals : [intervals]
  if (list.length === 0) throw new RqdError('RQD_BAD_OPTION', `${what} is an empty list; expected at least one span`)
  return list.map((interval) => {
    const seconds = parseDurationSec(interval, what)
    if (seconds >= 0) return seconds
    throw new RqdError('RQD_BAD_OPTION', `${what} is ${JSON.stringify(interval)}; expected 0 (at once) or more`)
  })
}

/** Give back a count of at least one. @throws RqdError RQD_BAD_OPTION */
export function checkCount(count: number, what: string): number {
  if (Number.isSafeInteger(count) && count >= 1) return count
  throw new RqdError('RQD_BAD_OPTION', `${what} is ${JSON.stringify(count)}; expected a whole number from 1`)
}
