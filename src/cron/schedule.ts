import { Cron } from 'croner'
import { parseDurationSec, type Duration } from '../duration.js'
import { RqdError, coerceError } from '../errors.js'

/** When a cron entry fires: by a schedule of the clock, or every so often. */
export interface ScheduleOptions {
  /**
   * Five fields (minute, hour, day of month, month, weekday), six with seconds before them, or `@hourly`, `@daily`,
   * `@weekly`, `@monthly`, `@yearly`.
   */
  cron?: string
  /** Every so many seconds (or `'5m'`, `'1h'`), the first time at once. */
  interval?: Duration
  /** Zone whose clocks `cron` means, such as `Europe/Berlin`. Default UTC. */
  timeZone?: string
}

/**
 * A schedule that has been read. Ticks are whole epoch milliseconds. What the clocks do in spring and autumn is
 * croner's business: a schedule without `*` or steps in its seconds, minutes and hours names times of day, each of which
 * comes once a day (in spring at the end of the gap, in autumn at its first turn); any other goes by real time.
 */
export interface Schedule {
  /** What it is known by: two schedules with the same text have the same ticks. */
  readonly text: string
  /** As it was written, blanks aside; undefined for an interval. */
  readonly cron: string | undefined
  readonly intervalSec: number | undefined
  /** Undefined for an interval. */
  readonly timeZone: string | undefined
  /**
   * The first tick after a time; undefined if none comes before the year 9999.
   * @param sinceMs the first tick of an interval, from which the others are counted
   */
  next(afterMs: number, sinceMs: number): number | undefined
}

const NAMES = ['@hourly', '@daily', '@midnight', '@weekly', '@monthly', '@yearly', '@annually']
const EXPECTED = `"minute hour day month weekday", six fields with seconds first, or one of ${NAMES.join(', ')}`

/**
 * Read a schedule.
 * @param what whose it is, for errors
 * @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION
 */
export function parseSchedule({ cron, interval, timeZone }: ScheduleOptions, what: string): Schedule {
  if ((cron === undefined) === (interval === undefined)) {
    const found =
      cron === undefined ? 'neither a cron schedule nor an interval' : 'both a cron schedule and an interval'
    throw new RqdError('RQD_BAD_OPTION', `${what} has ${found}; expected one of them`)
  }
  if (cron !== undefined) return cronSchedule(cron, timeZone ?? 'UTC', what)
  if (timeZone !== undefined) {
    throw new RqdError(
      'RQD_BAD_OPTION',
      `${what} has a time zone beside an interval, which no clock changes; leave it out`,
    )
  }
  return intervalSchedule(interval ?? 0, what)
}

/** The first time after `after` at which a cron schedule fires; undefined if there is none. Throws as `parseSchedule`. */
export function nextCronTick(options: { cron: string; timeZone?: string }, after: Date): Date | undefined {
  const tickMs = parseSchedule(options, 'the schedule').next(after.getTime(), 0)
  return tickMs === undefined ? undefined : new Date(tickMs)
}

function cronSchedule(cron: string, timeZone: string, what: string): Schedule {
  const pattern = checkPattern(cron, what)
  checkTimeZone(timeZone, what)
  const clock = readPattern(pattern, timeZone, what)
  const next = (afterMs: number): number | undefined => clock.nextRun(new Date(afterMs))?.getTime()
  // A leap day that is a given weekday comes once in 28 years, and one year in a century has none.
  if (next(Date.UTC(2000, 0, 1)) === undefined) {
    throw new RqdError(
      'RQD_BAD_OPTION',
      `${what} has the schedule ${JSON.stringify(cron)}, which never comes; check day and month`,
    )
  }
  return { text: `cron ${pattern} ${timeZone}`, cron: pattern, intervalSec: undefined, timeZone, next }
}

function checkPattern(cron: string, what: string): string {
  // Callers without types pass anything.
  const pattern = (typeof (cron as unknown) === 'string' ? cron : '').trim().split(/\s+/).join(' ')
  const fields = pattern.split(' ').length
  const isName = NAMES.includes(pattern.toLowerCase())
  if (isName || (!pattern.startsWith('@') && (fields === 5 || fields === 6))) return pattern
  throw new RqdError('RQD_BAD_OPTION', `${what} has the schedule ${JSON.stringify(cron)}; expected ${EXPECTED}`)
}

function readPattern(pattern: string, timeZone: string, what: string): Cron {
  try {
    return new Cron(pattern, { timezone: timeZone, fixedTimeRule: 'no-wildcard' })
  } catch (thrown) {
    const cause = coerceError(thrown)
    const why = cause.message.replace(/^CronPattern: /, '')
    const text = `${what} has the schedule ${JSON.stringify(pattern)}: ${why}; expected ${EXPECTED}`
    throw new RqdError('RQD_BAD_OPTION', text, { cause })
  }
}

function checkTimeZone(timeZone: string, what: string): void {
  try {
    Intl.DateTimeFormat('en', { timeZone })
  } catch (cause) {
    const text = `${what} has the time zone ${JSON.stringify(timeZone)}; expected a name of the IANA database, such as Europe/Berlin or UTC`
    throw new RqdError('RQD_BAD_OPTION', text, { cause })
  }
}

function intervalSchedule(interval: Duration, what: string): Schedule {
  const intervalSec = parseDurationSec(interval, `the interval of ${what}`)
  if (intervalSec < 1) {
    throw new RqdError('RQD_BAD_OPTION', `${what} has the interval ${JSON.stringify(interval)}; expected at least 1 s`)
  }
  const stepMs = intervalSec * 1000
  const next = (afterMs: number, sinceMs: number): number =>
    afterMs < sinceMs ? sinceMs : sinceMs + (Math.floor((afterMs - sinceMs) / stepMs) + 1) * stepMs
  return { text: `every ${intervalSec}`, cron: undefined, intervalSec, timeZone: undefined, next }
}
