/** Writing the small value classes: each as a call of its Python class with plain arguments. */
import {
  Complex,
  DateOnly,
  DateTime,
  Decimal,
  FixedOffset,
  PathValue,
  type PythonValue,
  Range,
  TimeDelta,
  TimeOfDay,
  Uuid,
  type WallClock,
  type Zone,
  ZoneInfo,
} from '../python-values.js'
import { utcWallOf } from '../python-dates.js'
import { kindOf, Refusal } from '../refusal.js'
import { type PickleWriter } from './writer.js'

/** A Date as an aware datetime in UTC; a DateTime that was not moved as Python wrote it. */
export function writeDate(out: PickleWriter, date: Date): void {
  if (!(date instanceof DateTime) || !date.isAsRead) {
    writeDateTime(out, utcWallOf(date), FixedOffset.utc)
  } else if (date.fold === 0) {
    writeDateTime(out, date.wall, date.zone)
  } else {
    const { year, month, day, hour, minute, second, microsecond } = date.wall
    const packed = Buffer.from([year >> 8, year & 0xff, month | 0x80, day, hour, minute, second, 0, 0, 0])
    packed.writeUIntBE(microsecond, 7, 3)
    writePacked(out, 'datetime', packed, date.zone)
  }
}

/** Any other value class. */
export function writePythonValue(out: PickleWriter, value: PythonValue): void {
  if (value instanceof DateOnly) {
    const { year, month, day } = value
    out.call('datetime', 'date', 3, () => writeInts(out, year, month, day))
  } else if (value instanceof TimeOfDay) {
    writeTime(out, value)
  } else if (value instanceof TimeDelta) {
    writeTimeDelta(out, value)
  } else if (value instanceof Uuid) {
    out.call('uuid', 'UUID', 1, () => out.text(value.text))
  } else if (value instanceof Decimal) {
    out.call('decimal', 'Decimal', 1, () => out.text(value.text))
  } else if (value instanceof Complex) {
    out.call('builtins', 'complex', 2, () => {
      out.float(value.real)
      out.float(value.imaginary)
    })
  } else if (value instanceof Range) {
    out.call('builtins', 'range', 3, () => writeInts(out, value.start, value.stop, value.step))
  } else if (value instanceof PathValue) {
    out.call('pathlib', value.pathClass, 1, () => out.text(value.path))
  } else if (value instanceof FixedOffset || value instanceof ZoneInfo) {
    writeZone(out, value)
  } else {
    throw new Refusal(`it is ${kindOf(value)}`, value)
  }
}

function writeDateTime(out: PickleWriter, wall: WallClock, zone: Zone): void {
  const { year, month, day, hour, minute, second, microsecond } = wall
  out.call('datetime', 'datetime', 'many', () => {
    writeInts(out, year, month, day, hour, minute, second, microsecond)
    if (zone !== null) writeZone(out, zone)
  })
}

function writeTime(out: PickleWriter, time: TimeOfDay): void {
  const { hour, minute, second, microsecond, zone, fold } = time
  if (fold === 1) {
    const packed = Buffer.from([hour | 0x80, minute, second, 0, 0, 0])
    packed.writeUIntBE(microsecond, 3, 3)
    writePacked(out, 'time', packed, zone)
  } else {
    out.call('datetime', 'time', 'many', () => {
      writeInts(out, hour, minute, second, microsecond)
      if (zone !== null) writeZone(out, zone)
    })
  }
}

/** The packed form is the only one that carries `fold`. */
function writePacked(out: PickleWriter, name: string, packed: Buffer, zone: Zone): void {
  out.call('datetime', name, zone === null ? 1 : 2, () => {
    out.bytes(packed)
    if (zone !== null) writeZone(out, zone)
  })
}

function writeZone(out: PickleWriter, zone: FixedOffset | ZoneInfo): void {
  if (zone instanceof ZoneInfo) {
    out.call('zoneinfo', 'ZoneInfo', 1, () => out.text(zone.key))
    return
  }
  const { microseconds, zoneName } = zone
  out.call('datetime', 'timezone', zoneName === undefined ? 1 : 2, () => {
    writeTimeDelta(out, new TimeDelta(0, 0, microseconds))
    if (zoneName !== undefined) out.text(zoneName)
  })
}

function writeTimeDelta(out: PickleWriter, { days, seconds, microseconds }: TimeDelta): void {
  out.call('datetime', 'timedelta', 3, () => writeInts(out, days, seconds, microseconds))
}

function writeInts(out: PickleWriter, ...values: readonly (number | bigint)[]): void {
  for (const value of values) out.int(value)
}
