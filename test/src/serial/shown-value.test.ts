import t from 'tap'
import { ByteArray, Decimal, FrozenSet, OpaqueValue, Tuple } from '../../../src/serial/python-values.js'
import { shownValue } from '../../../src/serial/shown-value.js'

t.test('C7: what JSON has is shown as it is, what it lacks by an object with one telling key', async (t) => {
  t.same(shownValue({ a: [1, 'x', null, true], b: { c: 1.5 } }), { a: [1, 'x', null, true], b: { c: 1.5 } })
  const cases: [unknown, unknown][] = [
    [undefined, null],
    [9007199254740993n, { $int: '9007199254740993' }],
    [NaN, { $float: 'nan' }],
    [-Infinity, { $float: '-inf' }],
    [new Uint8Array([0, 1, 2]), { $bytes: 'AAEC' }],
    [ByteArray.wrap(new Uint8Array([255])), { $bytes: '/w==' }],
    [new Date(0), { $date: '1970-01-01T00:00:00.000Z' }],
    [new Date(NaN), { $date: 'invalid' }],
    [new Map<unknown, unknown>([[1, 'one']]), { $map: [[1, 'one']] }],
    [new Set([1, 2]), { $set: [1, 2] }],
    [new FrozenSet(['x']), { $frozenset: ['x'] }],
    [Tuple.wrap([1, 2]), [1, 2]],
    [new Decimal('1.50'), { $python: 'decimal.Decimal', text: '1.50' }],
    [new OpaqueValue('shop', 'Order', 'instance'), { $python: 'shop.Order', kind: 'instance' }],
  ]
  for (const [value, shown] of cases) t.same(JSON.parse(JSON.stringify(shownValue(value))), shown)
  const odd = shownValue(JSON.parse('{"__proto__": {"x": 1}}')) as object
  t.equal(JSON.stringify(odd), '{"__proto__":{"x":1}}')
})

t.test('never more of it than asked for, however it is built', async (t) => {
  const limits = { values: 50, characters: 20, depth: 4 }
  const wide = JSON.stringify(
    shownValue(
      Array.from({ length: 10_000 }, (_, i) => i),
      limits,
    ),
  )
  t.ok(wide.length < 500)
  t.match(wide, /\{"\$cut":"more than can be shown"\}\]$/)
  t.ok(
    JSON.stringify(shownValue(Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`k${i}`, i])), limits)).length <
      999,
  )
  const round: unknown[] = []
  round.push(round)
  t.equal(JSON.stringify(shownValue(round, limits)), '[[[[{"$cut":"deeper than can be shown"}]]]]')
  t.equal(shownValue('y'.repeat(99), limits), `${'y'.repeat(20)}… (99 characters)`)
  t.same(shownValue(new Uint8Array(99), limits), { $bytes: Buffer.alloc(15).toString('base64'), $cut: 99 })
  // Lists that hold one another again and again: 2^40 values if they were all shown.
  let laughs: unknown = 'ha'
  for (let i = 0; i < 40; i++) laughs = [laughs, laughs]
  t.ok(JSON.stringify(shownValue(laughs)).length < 500_000)
})
