/** Python's date and time values. */
import { UnrepresentableError } from '../errors.js'
import { PythonValue } from './python-value.js'
import { type Zone } from './python-zones.js'

/** What a calendar and a clock on the wall show: month and day from 1, microsecond 0 to 999999. */
export interface WallClock {
  /** 1 to 9999. */
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** Of the month, from 1. */
  readonly day: number
  /** 0 to 23. */
  readonly hour: number
  /** 0 to 59. */
  readonly minute: number
  /** 0 to 59. */
  readonly second: number
  /** 0 to 999999. */
  readonly microsecond: number
}

/**
 * A Python datetime: a Date (whose instant is cut to the millisecond) that remembers what Python said, so that it is
 * written back without loss. A naive one (zone null) counts as UTC, as RQ itself treats them.
 */
export class DateTime extends Date {
  /** What Python said, in its zone. */
  readonly wall: WallClock
  /** Null: naive. */
  readonly zone: Zone
  /** 1 for the second of two equal wall clock times (PEP 495). */
  readonly fold: 0 | 1
  readonly #readMs: number

  /** @throws UnrepresentableError if Python has no such datetime. */
  constructor(wall: WallClock, zone: Zone = null, fold: 0 | 1 = 0) {
    checkDate(wall)
    checkTime(wall)
    const wallMs = asUtcMs(wall)
    const offsetUs = zone === null ? 0 : zone.offsetUs(wallMs, fold)
    super(wallMs + Math.floor(((wall.microsecond % 1000) - offsetUs) / 1000))
    this.wall = wall
    this.zone = zone
    this.fold = fold
    this.#readMs = this.getTime()
  }

  /** False once a setter of Date has moved it: then only the instant counts. */
  get isAsRead(): boolean {
    return this.getTime() === this.#readMs
  }

  /** Of its second, as read: 0 to 999999, where a Date knows milliseconds. */
  get microsecond(): number {
    return this.wall.microsecond
  }
}

/** The wall clock of a plain Date, in UTC. @throws UnrepresentableError for an invalid Date or a year Python lacks. */
export function utcWallOf(date: Date): WallClock {
  if (Number.isNaN(date.getTime())) throw new UnrepresentableError('an invalid Date has no datetime')
  const wall: WallClock = {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    microsecond: date.getUTCMilliseconds() * 1000,
  }
  checkDate(wall)
  return wall
}

/** A Python `datetime.date`. */
export class DateOnly extends PythonValue {
  readonly pythonType = 'datetime.date'

  /** 1 to 9999. */
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  /** Of the month, from 1. */
  readonly day: number

  /** @throws UnrepresentableError if there is no such day. */
  constructor(year: number, month: number, day: number) {
    super()
    this.year = year
    this.month = month
    this.day = day
    checkDate(this)
  }

  /** `2024-01-02` */
  override toString(): string {
    return `${pad(this.year, 4)}-${pad(this.month)}-${pad(this.day)}`
  }
}

/** A Python `datetime.time`. */
export class TimeOfDay extends PythonValue {
  readonly pythonType = 'datetime.time'

  /** 0 to 23. */
  readonly hour: number
  /** 0 to 59. */
  readonly minute: number
  /** 0 to 59. */
  readonly second: number
  /** 0 to 999999. */
  readonly microsecond: number
  /** Null: naive. */
  readonly zone: Zone
  /** 1 for the second of two equal wall clock times (PEP 495). */
  readonly fold: 0 | 1

  /** @throws UnrepresentableError if there is no such time. */
  constructor(hour: number, minute: number, second: number, microsecond: number, zone: Zone = null, fold: 0 | 1 = 0) {
    super()
    this.hour = hour
    this.minute = minute
    this.second = second
    this.microsecond = microsecond
    this.zone = zone
    this.fold = fold
    checkTime(this)
  }

  /** `03:04:05.000006`, without offset. */
  override toString(): string {
    const fraction = this.microsecond === 0 ? '' : `.${pad(this.microsecond, 6)}`
    return `${pad(this.hour)}:${pad(this.minute)}:${pad(this.second)}${fraction}`
  }
}

/** A Python `datetime.timedelta`, normalised as Python does: 0 <= seconds < 86400, 0 <= microseconds < 1000000. */
export class TimeDelta extends PythonValue {
  readonly pythonType = 'datetime.timedelta'
  /** Whole days; negative for a span into the past. */
  readonly days: number
  /** 0 to 86399. */
  readonly seconds: number
  /** 0 to 999999. */
  readonly microseconds: number

  /** @throws UnrepresentableError for parts that are no integers, or more than 999999999 days. */
  constructor(days: number, seconds = 0, microseconds = 0) {
    super()
    if (![days, seconds, microseconds].every(Number.isSafeInteger)) {
      throw new UnrepresentableError(
        `timedelta: days, seconds and microseconds must be integers, found ${days}, ${seconds}, ${microseconds}`,
      )
    }
    const allSeconds = seconds + Math.floor(microseconds / 1e6)
    this.microseconds = modulo(microseconds, 1e6)
    this.seconds = modulo(allSeconds, 86_400)
    this.days = days + Math.floor(allSeconds / 86_400)
    if (Math.abs(this.days) > 999_999_999)
      throw new UnrepresentableError(`timedelta: ${this.days} days is out of range`)
  }

  /** Length in milliseconds, with the microseconds as fraction. */
  toMs(): number {
    return (this.days * 86_400 + this.seconds) * 1000 + this.microseconds / 1000
  }

  override toString(): string {
    const clock = new TimeOfDay(
      Math.trunc(this.seconds / 3600),
      Math.trunc(this.seconds / 60) % 60,
      this.seconds % 60,
      this.microseconds,
    )
    const text = clock.toString().replace(/^0/, '')
    return this.days === 0 ? text : `${this.days} day${Math.abs(this.days) === 1 ? '' : 's'}, ${text}`
  }
}

function asUtcMs(wall: WallClock): number {
  const date = new Date(0)
  date.setUTCFullYear(wall.year, wall.month - 1, wall.day)
  return date.setUTCHours(wall.hour, wall.minute, wall.second, Math.floor(wall.microsecond / 1000))
}

function checkDate({ year, month, day }: Pick<WallClock, 'year' | 'month' | 'day'>): void {
  check('year', year, 1, 9999)
  check('month', month, 1, 12)
  check('day', day, 1, new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate())
}

function checkTime({ hour, minute, second, microsecond }: Omit<WallClock, 'year' | 'month' | 'day'>): void {
  check('hour', hour, 0, 23)
  check('minute', minute, 0, 59)
  check('second', second, 0, 59)
  check('microsecond', microsecond, 0, 999_999)
}

function check(what: string, found: number, least: number, most: number): void {
  if (!Number.isInteger(found) || found < least || found > most) {
    throw new UnrepresentableError(`date or time: ${what} ${found} is not within ${least} to ${most}`)
  }
}

function modulo(n: number, by: number): number {
  return ((n % by) + by) % by
}

function pad(n: number, width = 2): string {
  return String(n).padStart(width, '0')
}
