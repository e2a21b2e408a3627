import { parseDurationSec, type Duration } from '../duration.js'
import { RqdError } from '../errors.js'
import type { Backfill } from './due.js'

/** How ticks are made good for that were missed while nobody ran. */
export interface BackfillOptions {
  /** The newest so many, at most 1000. Default 1000. */
  count?: number
  /** None older than this. Default: of any age. */
  age?: Duration
}

const MOST = 1_000

/**
 * Read the option of an entry. `what` names it in errors. A number is a count.
 * @returns undefined for none
 * @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION
 */
export function parseBackfill(
  option: boolean | number | BackfillOptions | undefined,
  what: string,
): Backfill | undefined {
  if (option === undefined || option === false) return undefined
  const options = typeof option === 'object' ? option : {}
  const count = typeof option === 'number' ? option : (options.count ?? MOST)
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    const text = `backfill of ${what} is ${JSON.stringify(option)}; expected a count from 1 to ${MOST}`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  const ageSec = options.age === undefined ? -1 : parseDurationSec(options.age, `the age of backfill of ${what}`)
  return { count, ageMs: ageSec < 0 ? Infinity : ageSec * 1000 }
}
