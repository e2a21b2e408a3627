/** Building date and time values from the arguments that Python pickles them with. */
import { DateOnly, DateTime, FixedOffset, OpaqueValue, TimeOfDay, type Zone, ZoneInfo } from '../python-values.js'

type Args = readonly unknown[]

/** `date(4 bytes)` or `date(year, month, day)`. */
export function buildDate(args: Args): DateOnly | undefined {
  const bytes = packed(args[0], 4)
  if (bytes !== undefined) return new DateOnly(bytes.readUInt16BE(0), at(bytes, 2), at(bytes, 3))
  const [year, month, day] = args
  return isNumber(year) && isNumber(month) && isNumber(day) ? new DateOnly(year, month, day) : undefined
}

/** `datetime(10 bytes [, zone])` or `datetime(year, month, day [, hour ... microsecond [, zone]])`. */
export function buildDateTime(args: Args): DateTime | OpaqueValue | undefined {
  const bytes = packed(args[0], 10)
  if (bytes !== undefined) {
    const zone = zoneOf(args[1])
    if (zone === undefined || zone instanceof OpaqueValue) return zone
    const wall = {
      year: bytes.readUInt16BE(0),
      month: at(bytes, 2) & 0x7f,
      day: at(bytes, 3),
      hour: at(bytes, 4),
      minute: at(bytes, 5),
      second: at(bytes, 6),
      microsecond: bytes.readUIntBE(7, 3),
    }
    return new DateTime(wall, zone, at(bytes, 2) > 0x7f ? 1 : 0)
  }
  const [year, month, day, hour = 0, minute = 0, second = 0, microsecond = 0] = args
  const zone = zoneOf(args[7])
  if (zone === undefined || zone instanceof OpaqueValue) return zone
  if (!isNumber(year) || !isNumber(month) || !isNumber(day)) return undefined
  if (!isNumber(hour) || !isNumber(minute) || !isNumber(second) || !isNumber(microsecond)) return undefined
  return new DateTime({ year, month, day, hour, minute, second, microsecond }, zone)
}

/** `time(6 bytes [, zone])` or `time(hour ... microsecond [, zone])`. */
export function buildTime(args: Args): TimeOfDay | OpaqueValue | undefined {
  const bytes = packed(args[0], 6)
  const zone = zoneOf(args[bytes === undefined ? 4 : 1])
  if (zone === undefined || zone instanceof OpaqueValue) return zone
  if (bytes !== undefined) {
    const hour = at(bytes, 0)
    return new TimeOfDay(hour & 0x7f, at(bytes, 1), at(bytes, 2), bytes.readUIntBE(3, 3), zone, hour > 0x7f ? 1 : 0)
  }
  const [hour = 0, minute = 0, second = 0, microsecond = 0] = args
  if (!isNumber(hour) || !isNumber(minute) || !isNumber(second) || !isNumber(microsecond)) return undefined
  return new TimeOfDay(hour, minute, second, microsecond, zone)
}

/** The packed form: bytes, or text of as many characters (pickled by Python 2). */
function packed(value: unknown, length: number): Buffer | undefined {
  if (typeof value === 'string' && value.length === length) return Buffer.from(value, 'latin1')
  return value instanceof Uint8Array && value.length === length ? Buffer.from(value) : undefined
}

/** A zone of a class we do not know makes the whole value opaque, under the zone's name. */
function zoneOf(value: unknown): Zone | OpaqueValue | undefined {
  if (value === undefined || value === null) return null
  if (value instanceof FixedOffset || value instanceof ZoneInfo || value instanceof OpaqueValue) return value
  return undefined
}

function at(bytes: Buffer, index: number): number {
  return bytes[index] ?? 0
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
