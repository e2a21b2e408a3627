import type { Clock } from './clock.js'
import { parseDurationSec, type Duration } from './duration.js'
import { RqdError } from './errors.js'

/**
 * A time by a clock as the script takes it: whole epoch seconds, as RQ stores it.
 * @throws RqdError RQD_BAD_OPTION
 */
export function dueAt(date: Date, { aheadMs = 0 }: Pick<Clock, 'aheadMs'> = {}): string {
  // Callers without types pass anything.
  const epochMs = (date as unknown) instanceof Date ? date.getTime() : NaN
  if (Number.isFinite(epochMs)) return String(Math.floor((epochMs - aheadMs) / 1000))
  const found = (date as unknown) instanceof Date ? 'an invalid Date' : JSON.stringify(date)
  throw new RqdError('RQD_BAD_OPTION', `the time of the job is ${found}; expected a Date`)
}

/** A span as the script takes it: '+N' seconds. @throws RqdError RQD_BAD_DURATION, RQD_BAD_OPTION for "never" */
export function dueIn(delay: Duration): string {
  const delaySec = parseDurationSec(delay, 'delay')
  if (delaySec >= 0) return `+${delaySec}`
  throw new RqdError('RQD_BAD_OPTION', `delay is ${JSON.stringify(delay)}; expected 0 s or more`)
}
