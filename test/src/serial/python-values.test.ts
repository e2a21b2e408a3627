import t from 'tap'
import { UnrepresentableError } from '../../../src/errors.js'
import { pythonRepr } from '../../../src/serial/python-repr.js'
import {
  ByteArray,
  Complex,
  DateOnly,
  DateTime,
  Decimal,
  FixedOffset,
  PathValue,
  Range,
  TimeDelta,
  TimeOfDay,
  Tuple,
  Uuid,
  ZoneInfo,
} from '../../../src/serial/python-values.js'

const wall = { year: 2024, month: 1, day: 2, hour: 3, minute: 4, second: 5, microsecond: 6007 }

void t.test('a tuple is an array whose derived arrays are plain', (t) => {
  const tuple = Tuple.wrap([7])
  t.ok(Array.isArray(tuple))
  t.equal(tuple.length, 1)
  t.notOk(tuple.map((x) => x) instanceof Tuple)
  t.notOk(tuple.slice() instanceof Tuple)
  t.strictSame([...Tuple.wrap([3])], [3])
  t.end()
})

void t.test('a naive datetime counts as UTC, an aware one by its offset', (t) => {
  t.equal(new DateTime(wall).toISOString(), '2024-01-02T03:04:05.006Z')
  t.equal(new DateTime(wall, new FixedOffset(7200e6)).toISOString(), '2024-01-02T01:04:05.006Z')
  t.equal(new DateTime(wall, new FixedOffset(8)).getTime(), Date.UTC(2024, 0, 2, 3, 4, 5, 5), 'cut downwards')
  t.equal(new DateTime({ ...wall, year: 1 }).getUTCFullYear(), 1)
  t.equal(new DateTime(wall).microsecond, 6007)
  t.end()
})

void t.test('a zone gives the offset at the wall clock time, fold chooses where there are two', (t) => {
  const zone = new ZoneInfo('Europe/Berlin')
  const at = (month: number, day: number, hour: number, fold: 0 | 1 = 0): string =>
    new DateTime({ year: 2024, month, day, hour, minute: 30, second: 0, microsecond: 0 }, zone, fold).toISOString()
  t.equal(at(1, 15, 12), '2024-01-15T11:30:00.000Z')
  t.equal(at(7, 15, 12), '2024-07-15T10:30:00.000Z')
  t.equal(at(10, 27, 2, 0), '2024-10-27T00:30:00.000Z')
  t.equal(at(10, 27, 2, 1), '2024-10-27T01:30:00.000Z')
  t.equal(at(3, 31, 2, 0), '2024-03-31T01:30:00.000Z')
  t.equal(at(3, 31, 2, 1), '2024-03-31T00:30:00.000Z')
  t.throws(() => new ZoneInfo('Mars/Olympus'), UnrepresentableError)
  t.end()
})

void t.test('impossible dates and times are refused', (t) => {
  for (const change of [
    { year: 0 },
    { month: 13 },
    { day: 32 },
    { month: 2, day: 30 },
    { hour: 24 },
    { second: 60 },
    { microsecond: 1e6 },
  ]) {
    t.throws(() => new DateTime({ ...wall, ...change }), UnrepresentableError, JSON.stringify(change))
  }
  t.throws(() => new DateOnly(2023, 2, 29), UnrepresentableError)
  t.throws(() => new TimeOfDay(24, 0, 0, 0), UnrepresentableError)
  t.throws(() => new FixedOffset(86_400e6), UnrepresentableError)
  t.throws(() => new TimeDelta(1e9), UnrepresentableError)
  t.throws(() => new TimeDelta(0.5), UnrepresentableError)
  t.throws(() => new Uuid('x'), UnrepresentableError)
  t.throws(() => new Decimal('1,5'), UnrepresentableError)
  t.throws(() => new Range(0, 1, 0), UnrepresentableError)
  t.throws(() => new Range(0, 1.5), UnrepresentableError)
  t.end()
})

void t.test('values print as text', (t) => {
  t.equal(String(new DateOnly(2024, 1, 2)), '2024-01-02')
  t.equal(String(new TimeOfDay(3, 4, 5, 6)), '03:04:05.000006')
  t.equal(String(new TimeDelta(0, -1)), '-1 day, 23:59:59')
  t.equal(new TimeDelta(0, -1).toMs(), -1000)
  t.equal(String(new FixedOffset(-19_800e6)), '-05:30')
  t.equal(String(FixedOffset.utc), 'UTC')
  t.equal(String(new Uuid('{12345678-1234-5678-1234-56781234ABCD}')), '12345678-1234-5678-1234-56781234abcd')
  t.equal(String(new Complex(1, -2)), '1-2j')
  t.equal(String(new PathValue('/a/b')), '/a/b')
  t.equal(String(new Range(0, 4)), 'range(0, 4)')
  t.strictSame([...new Range(5, 0, -2)], [5, 3, 1])
  t.strictSame([...new Range(2n ** 60n, 2n ** 60n + 2n)], [2n ** 60n, 2n ** 60n + 1n])
  t.end()
})

void t.test('repr follows Python', (t) => {
  t.equal(
    pythonRepr(["it's", 'say "x"', `both ' and "`, '\n\u0000é😀\u00a0\ud800']),
    String.raw`["it's", 'say "x"', 'both \' and "', '\n\x00é😀\xa0\ud800']`,
  )
  t.equal(pythonRepr(new Date(0)), 'datetime.datetime(1970, 1, 1, 0, 0, tzinfo=datetime.timezone.utc)')
  t.equal(pythonRepr(ByteArray.wrap(Buffer.from("a'\0"))), String.raw`bytearray(b"a'\x00")`)
  t.equal(
    pythonRepr([1n, -0, 1e300, NaN, undefined, new Map<unknown, unknown>([[1, 'x']])]),
    "[1, -0.0, 1e+300, nan, None, {1: 'x'}]",
  )
  const circle: unknown[] = []
  circle.push(circle)
  t.type(pythonRepr(circle, 75), 'string')
  t.end()
})
