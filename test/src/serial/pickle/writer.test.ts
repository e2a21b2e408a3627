import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { UnrepresentableError } from '../../../../src/errors.js'
import { readPickle } from '../../../../src/serial/pickle/reader.js'
import { writePickle } from '../../../../src/serial/pickle/writer.js'
import { pythonRepr } from '../../../../src/serial/python-repr.js'
import {
  ByteArray,
  Complex,
  DateOnly,
  DateTime,
  Decimal,
  FixedOffset,
  FrozenSet,
  OpaqueValue,
  OrderedDict,
  PathValue,
  Range,
  TimeDelta,
  TimeOfDay,
  Tuple,
  Uuid,
  ZoneInfo,
} from '../../../../src/serial/python-values.js'
import { loadPickleRows } from '../../../helpers/golden.js'
import { plainPython, runPlainPython } from '../support/plain-python.js'

const berlin = new ZoneInfo('Europe/Berlin')
const wall = { year: 2024, month: 10, day: 27, hour: 2, minute: 30, second: 0, microsecond: 1 }

/** One of every kind that the mapping knows. */
const values: readonly unknown[] = [
  [null, true, false, 0, 255, 256, 65535, 65536, -1, -2147483648, 2147483647, 2147483648, -2147483649, 2 ** 53 - 1],
  [
    2n ** 63n,
    -(2n ** 63n),
    2n ** 64n,
    -(2n ** 64n) - 1n,
    127n,
    128n,
    -128n,
    -129n,
    2n ** 2039n,
    -(2n ** 2039n),
    2n ** 2100n,
    5n,
  ],
  [1.5, -0, 1e300, 2 ** 53, Infinity, -Infinity, NaN, 5e-324],
  ['', 'abc', 'é€😀', '\ud800 lone \udc00\ud800', 'x'.repeat(20_000), '\0'],
  [Buffer.from('ab'), new Uint8Array([0, 255]), ByteArray.wrap(Buffer.from('cd')), Buffer.alloc(70_000, 'y')],
  [[], Tuple.wrap([]), Tuple.wrap([1]), Tuple.wrap([1, 2]), Tuple.wrap([1, 2, 3]), Tuple.wrap([1, 2, 3, 4])],
  [{}, { a: 1, ['__proto__']: 2 }, new Map<unknown, unknown>([[1, 'x'], [Tuple.wrap([1, 2]), 'y'], ['z', null]])], // prettier-ignore
  [new Set(), new Set([1, 'a']), new FrozenSet([1]), new Set([new FrozenSet([2])])],
  [new OrderedDict([['b', 1], ['a', 2]]), new Range(1, 9, 3), new PathValue('/a/b'), new PathValue('x', 'PosixPath')], // prettier-ignore
  [new DateTime(wall), new DateTime(wall, null, 1), new DateTime(wall, FixedOffset.utc), new DateTime(wall, berlin, 1)],
  [
    new DateTime(wall, new FixedOffset(-10_795e6, 'odd')),
    new DateTime({ ...wall, year: 1, hour: 0, minute: 0, microsecond: 0 }),
    FixedOffset.utc,
    berlin,
  ],
  [new DateOnly(2024, 2, 29), new TimeOfDay(1, 2, 3, 4), new TimeOfDay(1, 2, 0, 0, new FixedOffset(60e6), 1)],
  [
    new TimeDelta(-1, 5),
    new TimeDelta(0),
    new Uuid('12345678-1234-5678-1234-567812345678'),
    new Decimal('1.10'),
    new Decimal('NaN'),
  ],
  [new Complex(1, 2), new Complex(0, -0.5), new Complex(-Infinity, 1)],
]

void t.test('writes the bytes of wire-format 10.3', (t) => {
  const hex = (value: unknown): string => writePickle(value).toString('hex')
  t.equal(hex(null), '80024e2e')
  t.equal(hex(undefined), '80024e2e')
  t.equal(hex(true), '8002882e')
  t.equal(hex(false), '8002892e')
  t.equal(hex(3), '80024b032e')
  t.equal(hex(-1), '80024affffffff2e')
  t.equal(hex(2 ** 40), '80028a060000000000012e')
  t.equal(hex(1.5), '8002473ff80000000000002e')
  t.equal(hex('é'), '80025802000000c3a92e')
  t.equal(hex(Buffer.from('ab')), '80034202000000' + '61622e')
  t.equal(hex([1]), '80025d284b01652e')
  t.equal(hex({ a: 1 }), '80027d285801000000614b01752e')
  t.equal(hex(new Set([1])), `8002${Buffer.from('cbuiltins\nset\n').toString('hex')}5d284b016585522e`)
  t.end()
})

void t.test('a plain Date is an aware datetime in UTC, and so is a DateTime that was moved', (t) => {
  const date = new Date(Date.UTC(2024, 0, 2, 3, 4, 5, 678))
  t.equal(pythonRepr(date), 'datetime.datetime(2024, 1, 2, 3, 4, 5, 678000, tzinfo=datetime.timezone.utc)')
  t.equal(pythonRepr(readPickle(writePickle(date)).value), pythonRepr(date))
  const moved = new DateTime(wall, berlin)
  moved.setTime(date.getTime())
  t.equal(pythonRepr(readPickle(writePickle(moved)).value), pythonRepr(date))
  t.end()
})

void t.test('what is written is read back equal', (t) => {
  for (const value of values) deepStrictEqual(pythonRepr(readPickle(writePickle(value)).value), pythonRepr(value))
  t.strictSame(readPickle(writePickle({ a: undefined })).value, { a: null })
  for (const { pickles } of loadPickleRows()) {
    for (const bytes of pickles.values()) {
      const { value } = readPickle(bytes)
      deepStrictEqual(readPickle(writePickle(value)).value, value)
    }
  }
  t.end()
})

void t.test('refuses what plain data cannot hold, saying where', (t) => {
  const circle: unknown[] = []
  circle.push([circle])
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [() => 1, /pickle cannot hold value: it is a function/],
    [{ a: [1, Symbol('x')] }, /value\["a"\]\[1\]: it is a symbol/],
    [[new OpaqueValue('app', 'User', 'instance')], /value\[0\]: it is a Python object of class app.User/],
    [{ p: Promise.resolve() }, /value\["p"\]: it is an object of class Promise/],
    [{ e: new Error('x') }, /value\["e"\]: it is an object of class Error/],
    [new Set([[1]]), /an object of class Array cannot be a key/],
    [new Map([[{}, 1]]), /an object of class Object cannot be a key/],
    [circle, /value\[0\]\[0\] refers back/],
  ]
  for (const [value, message] of cases) t.throws(() => writePickle(value), { code: 'RQD_UNREPRESENTABLE', message })
  t.throws(() => writePickle(new Date(NaN)), { code: 'RQD_UNREPRESENTABLE', message: /invalid Date/ })
  let laughs: unknown = ['lol']
  for (let i = 0; i < 60; i++) laughs = [laughs, laughs]
  t.throws(() => writePickle(laughs), { code: 'RQD_UNREPRESENTABLE', message: /more than/ })
  t.end()
})

void t.test('real Python loads every value as the one meant', { skip: plainPython === undefined }, (t) => {
  const program = `
import pickle, base64, json, sys
sys.set_int_max_str_digits(0) if hasattr(sys, 'set_int_max_str_digits') else None
print(json.dumps([repr(pickle.loads(base64.b64decode(x))) for x in json.load(sys.stdin)]))`
  const rows = loadPickleRows().filter(({ repr }) => !repr.includes('...'))
  const written = [...values, ...rows.map(({ pickles }) => readPickle(pickles.get(5)!).value)]
  const reprs = runPlainPython(
    program,
    JSON.stringify(written.map((value) => writePickle(value).toString('base64'))),
  ) as string[]
  for (const [i, repr] of reprs.entries()) deepStrictEqual(sorted(repr), sorted(pythonRepr(written[i])))
  for (const [i, { label, repr }] of rows.entries())
    t.ok(reprs[values.length + i]?.startsWith(repr.slice(0, 200)), label)
  t.end()
})

void t.test('property: any value is refused clearly or comes back the same', (t) => {
  const anything = fc.anything({
    withBigInt: true,
    withMap: true,
    withSet: true,
    withTypedArray: false,
    withDate: true,
    withNullPrototype: false,
    maxDepth: 4,
  })
  fc.assert(
    fc.property(anything, (value) => {
      let bytes: Buffer
      try {
        bytes = writePickle(value)
      } catch (error) {
        if (!(error instanceof UnrepresentableError)) throw error
        return
      }
      // Keys that are one key to Python (null and undefined) fall together, objects put integer-like keys first: from
      // then on nothing changes.
      const settled = writePickle(readPickle(bytes).value)
      deepStrictEqual(writePickle(readPickle(settled).value).toString('hex'), settled.toString('hex'))
    }),
    { numRuns: 2000, seed: 3 },
  )
  t.pass('it holds')
  t.end()
})

/** Sets print in an order of their own. */
function sorted(repr: string): string {
  return Array.from(repr).sort().join('')
}
