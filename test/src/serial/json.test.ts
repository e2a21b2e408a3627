import { deepStrictEqual } from 'node:assert'
import fc from 'fast-check'
import t from 'tap'
import { PayloadError, UnrepresentableError } from '../../../src/errors.js'
import { decodeJson, dumpsJson, encodeJson, loadsJson } from '../../../src/serial/json.js'
import { Decimal, Tuple } from '../../../src/serial/python-values.js'
import { plainPython, runPlainPython } from './support/plain-python.js'

/** Values that JSON carries in both languages. */
const values: readonly unknown[] = [
  [null, true, false, [], {}, { a: [1, 2, { b: null }] }],
  [0, 1, -1, 2 ** 53 - 1, -(2 ** 53) + 1, 9007199254740993n, -(2n ** 70n), 10n ** 40n],
  [1.5, -0, 1e16, 1.5e300, 2 ** 53, 2 ** 60, 1e-4, 1e-5, 1.25e-7, 5e-324, 0.1 + 0.2, 123456789.125, 1e21, 1e22],
  [Infinity, -Infinity],
  [
    '',
    'plain',
    'quote " back \\ slash /',
    'é€😀',
    '\u007f\u0080\u2028\u2029',
    '\n\r\t\b\f\u0001',
    '\ud800 lone \udfff',
  ],
  [{ 'ключ "x"': 1, '': 2, __proto__x: 3 }],
]

void t.test('writes as Python does: separators, ASCII, ints and floats', (t) => {
  t.equal(encodeJson({ a: [1, 2], b: { c: null } }), '{"a": [1, 2], "b": {"c": null}}')
  t.equal(encodeJson('é😀\u007f\u2028'), String.raw`"\u00e9\ud83d\ude00\u007f\u2028"`)
  t.equal(
    encodeJson([1, -0, 1e21, 1e16, 2 ** 53, 1e-7, 1.5]),
    '[1, -0.0, 1e+21, 1e+16, 9007199254740992.0, 1e-07, 1.5]',
  )
  t.equal(encodeJson([NaN, Infinity, -Infinity]), '[NaN, Infinity, -Infinity]')
  t.equal(encodeJson(123456789012345678901234567890n), '123456789012345678901234567890')
  t.end()
})

void t.test('undefined is null, and omitted in objects', (t) => {
  t.equal(encodeJson(undefined), 'null')
  t.equal(encodeJson([undefined, { a: undefined, b: 1 }]), '[null, {"b": 1}]')
  t.end()
})

void t.test('writes maps with text keys, tuples, dates and class instances', (t) => {
  class Point {
    x = 1
    y = 2
  }
  const value = [new Map([['a', 1]]), Tuple.wrap([1, 2]), new Date(0), new Point()]
  t.equal(encodeJson(value), '[{"a": 1}, [1, 2], "1970-01-01T00:00:00.000Z", {"x": 1, "y": 2}]')
  t.end()
})

void t.test('refuses what JSON lacks, saying where', (t) => {
  const circle: Record<string, unknown> = { list: [] }
  ;(circle['list'] as unknown[]).push({ again: circle })
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [() => 1, /JSON cannot hold value: it is a function/],
    [{ a: [1, Symbol('x')] }, /value\["a"\]\[1\]: it is a symbol/],
    [[new Map([[1, 2]])], /value\[0\]: it has a key that is no text/],
    [{ b: Buffer.from('x') }, /value\["b"\]: it is binary/],
    [[new Set([1])], /value\[0\]: it is an object of class Set/],
    [{ e: new Error('x') }, /value\["e"\]: it is an object of class Error/],
    [new Decimal('1.10'), /value: it is a Python decimal.Decimal/],
    [[10n ** 5000n], /value\[0\]: it is an integer of more than 4300 digits/],
    [circle, /value\["list"\]\[0\]\["again"\] refers back/],
  ]
  for (const [value, message] of cases) {
    t.throws(() => encodeJson(value), { code: 'RQD_UNREPRESENTABLE', message })
  }
  t.throws(() => encodeJson(nested(1001)), /deeper than 1000/)
  t.type(encodeJson(nested(1000)), 'string')
  t.end()
})

void t.test('a value shared so often that it would explode is refused in time', (t) => {
  let laughs: unknown = ['lol'.repeat(3_000_000)]
  for (let i = 0; i < 60; i++) laughs = [laughs, laughs]
  t.throws(() => encodeJson(laughs), UnrepresentableError)
  t.end()
})

void t.test("reads Python's literals and integers of any size", (t) => {
  t.strictSame(decodeJson('[NaN, Infinity, -Infinity, {"a": [true, false, null, "x\\n\\ud800"]}, 1e3, -1.5, -0]'), [
    NaN,
    Infinity,
    -Infinity,
    { a: [true, false, null, 'x\n\ud800'] },
    1000,
    -1.5,
    -0,
  ])
  t.strictSame(decodeJson('[9007199254740993, -9007199254740993, 9007199254740991, 1.2345678901234567]'), [
    9007199254740993n,
    -9007199254740993n,
    9007199254740991,
    1.2345678901234567,
  ])
  t.strictSame(decodeJson('{"id":12345678901234567890,"s":"\\\\","t":"\\""}'), {
    id: 12345678901234567890n,
    s: '\\',
    t: '"',
  })
  t.end()
})

void t.test('a __proto__ key is an ordinary key', (t) => {
  for (const text of ['{"__proto__": {"x": 1}}', '{"__proto__": {"x": NaN}}']) {
    const value = decodeJson(text) as Record<string, unknown>
    t.strictSame(Object.keys(value), ['__proto__'])
    t.equal(value['x'], undefined)
    t.equal(Object.getPrototypeOf(value), Object.prototype)
    t.equal(encodeJson(value), text)
  }
  t.equal(({} as Record<string, unknown>)['x'], undefined)
  t.end()
})

void t.test('bad texts are PayloadErrors that say where', (t) => {
  const bad = [
    '',
    ' ',
    '[1,]',
    '{"a"}',
    '{a: 1}',
    '[1 2]',
    '"x',
    '"\u0001"',
    '01',
    '1.',
    '+1',
    '[NaN',
    'nan',
    '{"a": 1,}',
    '[]x',
    '"\\x"',
  ]
  for (const text of bad) t.throws(() => decodeJson(text), PayloadError, text)
  t.throws(() => decodeJson('[1, oops]'), /bad JSON at character 4 \("oops\]"\): expected a value/)
  t.throws(() => loadsJson(Buffer.from([0x22, 0xff, 0x22])), /not UTF-8/)
  t.throws(() => decodeJson(`[${'9'.repeat(5000)}]`), /4300 digits/)
  t.end()
})

void t.test('nesting is bounded, whatever path reads it', (t) => {
  t.type(decodeJson('['.repeat(1000) + ']'.repeat(1000)), Array)
  t.type(decodeJson(`${'['.repeat(999)}[NaN]${']'.repeat(999)}`), Array)
  for (const text of [
    '['.repeat(1e6),
    '[NaN,'.repeat(1e5),
    '{"a":'.repeat(5000),
    `${'['.repeat(1001)}${']'.repeat(1001)}`,
  ]) {
    t.throws(() => decodeJson(text), { code: 'RQD_BAD_PAYLOAD', message: /deeper than 1000/ })
  }
  t.equal(decodeJson(JSON.stringify('['.repeat(5000))), '['.repeat(5000))
  t.throws(() => decodeJson(`[${'[],'.repeat(3_000_001)}1]`), { code: 'RQD_BAD_PAYLOAD', message: /more than 3000000/ })
  t.end()
})

void t.test('property: any JSON value comes back', (t) => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      deepStrictEqual(
        loadsJson(dumpsJson(value)),
        JSON.parse(JSON.stringify(value), (_, v: unknown) => v),
      )
    }),
    { numRuns: 500, seed: 1, examples: [[{ ['__proto__']: 1 }]] },
  )
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withNullPrototype: false, maxDepth: 3 }), (value) => {
      let text: string
      try {
        text = encodeJson(value)
      } catch (error) {
        if (!(error instanceof UnrepresentableError)) throw error
        return
      }
      deepStrictEqual(encodeJson(decodeJson(text)), text)
    }),
    { numRuns: 1000, seed: 2 },
  )
  t.pass('it holds')
  t.end()
})

void t.test('Python reads and writes the same text', { skip: plainPython === undefined }, (t) => {
  const texts = values.map(encodeJson)
  const program = 'import json,sys\nprint(json.dumps([json.dumps(json.loads(x)) for x in json.load(sys.stdin)]))'
  const back = runPlainPython(program, JSON.stringify(texts)) as string[]
  t.strictSame(back, texts)
  for (const [i, text] of back.entries()) deepStrictEqual(decodeJson(text), values[i])
  t.end()
})

function nested(depth: number): unknown {
  let value: unknown = []
  for (let i = 1; i < depth; i++) value = [value]
  return value
}
