import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import t from 'tap'
import { ArgumentTree, ValueTree } from '../../../../daemon/dashboard/view/value-tree.js'
import { textOf } from '../board.js'

const tree = (value: unknown, label?: string) =>
  renderToString(h(ValueTree, label === undefined ? { value } : { value, label }))
const text = (value: unknown) => textOf(tree(value)).trim()

t.test('C11: values are shown as what they are, and nothing in them is markup', async (t) => {
  t.equal(text('a"b'), '"a\\"b"')
  t.equal(text(1.5), '1.5')
  t.equal(text(null), 'null')
  t.equal(text(undefined), 'nothing')
  t.equal(text([]), 'empty list')
  t.equal(text({}), 'empty object')
  t.match(text([1, { k: true }]), /^list of 2 0: 1 1: object of 1 k: true$/)
  const evil = '</pre><script>x()</script>\u202e'
  const html = tree({ [evil]: [evil, { [evil]: `${evil}\n${evil}` }] }, evil)
  t.notMatch(html, /<script|\u202e|<\/pre>.*<\/pre>.*<script/)
  t.match(html, /\\u202e/)
})

t.test('C11: what JSON lacks is named: bytes, Python’s values, sets, maps, large numbers, what was cut', async (t) => {
  t.match(text({ $bytes: 'AAEC' }), /^3 bytes, in base64 "AAEC"$/)
  t.match(text({ $bytes: 'AAEC', $cut: 5000 }), /^5,000 bytes/)
  t.equal(text({ $python: 'datetime.date', text: '2026-01-01' }), 'Python datetime.date 2026-01-01')
  t.equal(text({ $python: 'shop.Order', kind: 'object' }), 'Python shop.Order (object)')
  t.match(text({ $set: [1, 2] }), /^set of 2 0: 1 1: 2$/)
  t.equal(text({ $int: '123456789012345678901' }), '123456789012345678901')
  t.equal(text({ $cut: 70_000 }), 'too large to be shown: 70,000 bytes')
  t.equal(text({ $unreadable: 'bad pickle' }), 'cannot be read: bad pickle')
  t.match(
    text({
      $map: [
        ['a', 1],
        [[1, 2], 'x'],
      ],
    }),
    /^map of 2 a: 1 \[1,2\]: "x"$/,
  )
  t.match(text({ $int: '1', other: 2 }), /^object of 2/, 'an object that only looks like one')
})

t.test('C11: long, wide and deep values stay light', async (t) => {
  const long = tree('x'.repeat(5_000))
  t.match(long, /<details class="value"><summary>/)
  t.match(long, '5,000 characters')
  t.match(text(Array.from({ length: 500 }, (_, i) => i)), /400 more$/)
  const wide = tree(Array.from({ length: 100 }, () => Array.from({ length: 100 }, (_, i) => i)))
  t.ok((wide.match(/<li/g)?.length ?? 0) < 2_000, 'a budget holds for all of it')
  let deep: unknown = 'end'
  for (let i = 0; i < 200; i++) deep = [deep]
  t.match(text(deep), /deeper than is shown here$/)
})

t.test('C11: arguments have their places or names', async (t) => {
  const shown = (args: unknown, kwargs: unknown) => textOf(renderToString(h(ArgumentTree, { args, kwargs }))).trim()
  t.equal(shown([], {}), 'no arguments')
  t.equal(shown(null, null), 'no arguments')
  t.equal(shown([1, 'a'], { to: 'b' }), '0: 1 1: "a" to: "b"')
  t.match(shown([], { $map: [[1, 2]] }), /^map of 1 1: 2$/)
})
