/** Time zones of Python date-times. */
import { UnrepresentableError } from '../errors.js'
import { PythonValue } from './python-value.js'

/** What a date-time or time of day says of its zone; null is Python's naive. */
export type Zone = FixedOffset | ZoneInfo | null

const dayUs = 86_400_000_000

/** A Python `datetime.timezone`: a fixed offset from UTC, in microseconds, east positive. */
export class FixedOffset extends PythonValue {
  readonly pythonType = 'datetime.timezone'
  /** UTC. */
  static readonly utc = new FixedOffset(0)

  /** Offset from UTC, east positive. */
  readonly microseconds: number
  /** The name that Python gave it, if any. */
  readonly zoneName: string | undefined

  /** @throws UnrepresentableError unless the offset is strictly between -24 and +24 hours. */
  constructor(microseconds: number, zoneName?: string) {
    super()
    this.microseconds = microseconds
    this.zoneName = zoneName
    if (!Number.isInteger(microseconds) || Math.abs(microseconds) >= dayUs) {
      throw new UnrepresentableError(`time zone: an offset of ${microseconds} µs is not within a day`)
    }
  }

  /** The offset at any wall clock time. */
  offsetUs(): number {
    return this.microseconds
  }

  /** `UTC`, or as in `+02:00`. */
  override toString(): string {
    if (this.microseconds === 0) return 'UTC'
    const seconds = Math.trunc(Math.abs(this.microseconds) / 1e6)
    const pad = (n: number): string => String(n).padStart(2, '0')
    const tail = seconds % 60 === 0 ? '' : `:${pad(seconds % 60)}`
    return `${this.microseconds < 0 ? '-' : '+'}${pad(Math.trunc(seconds / 3600))}:${pad(Math.trunc(seconds / 60) % 60)}${tail}`
  }
}

/** A Python `zoneinfo.ZoneInfo`: a zone named as in `Europe/Berlin`, known to this runtime. */
export class ZoneInfo extends PythonValue {
  readonly pythonType = 'zoneinfo.ZoneInfo'

  /** As in `Europe/Berlin`. */
  readonly key: string

  /** @throws UnrepresentableError if this runtime has no such zone. */
  constructor(key: string) {
    super()
    this.key = key
    formatOf(key)
  }

  /**
   * The offset at a wall clock time (given as if it were UTC, in epoch ms). Where a wall clock time exists twice or
   * never, `fold` chooses as in PEP 495: 0 the offset before the change, 1 the one after.
   */
  offsetUs(wallMs: number, fold: 0 | 1): number {
    const before = this.#offsetMs(wallMs - 86_400_000)
    const after = this.#offsetMs(wallMs + 86_400_000)
    const [first, second] = fold === 0 ? [before, after] : [after, before]
    if (this.#offsetMs(wallMs - first) === first) return first * 1000
    return (this.#offsetMs(wallMs - second) === second ? second : first) * 1000
  }

  override toString(): string {
    return this.key
  }

  #offsetMs(epochMs: number): number {
    const wholeMs = Math.floor(epochMs / 1000) * 1000
    const part = Object.fromEntries(
      formatOf(this.key)
        .formatToParts(wholeMs)
        .map(({ type, value }) => [type, Number(value)]),
    ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>
    const wall = new Date(0)
    wall.setUTCFullYear(part.year, part.month - 1, part.day)
    wall.setUTCHours(part.hour, part.minute, part.second)
    return wall.getTime() - wholeMs
  }
}

/** True if making the zone costs next to nothing. */
export function isZoneCached(key: string): boolean {
  return formats.has(key)
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(key: string): Intl.DateTimeFormat {
  let format = formats.get(key)
  if (format === undefined) {
    if (key.length > 100) throw new UnrepresentableError('time zone: the name is longer than 100 characters')
    try {
      // prettier-ignore
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: key, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
      })
    } catch (cause) {
      throw new UnrepresentableError(`time zone ${JSON.stringify(key)} is not known to this runtime`, { cause })
    }
    if (formats.size >= 100) formats.clear()
    formats.set(key, format)
  }
  return format
}
