import t from 'tap'
import { failureGroup, withoutVariables } from '../../../src/fleet/failure-group.js'

const group = (traceback: string | undefined, func: string | undefined = 'tasks.send') =>
  failureGroup({ func, traceback })

t.test('C11: failures that differ in ids, numbers, times and paths only are one group', async (t) => {
  for (const [name, a, b] of [
    ['numbers', 'order 17 costs 3.50', 'order 4711 costs 12'],
    ['uuids', 'no job 8c7a1f7e-0b0b-4e43-9a5e-2f5b0a1d9f10', 'no job 00000000-0000-4000-8000-00000000000a'],
    ['hashes', 'blob da39a3ee5e6b4b0d3255bfef95601890afd80709', 'blob 0a4d55a8d778e5022fab701977c5d840bbc486d0'],
    ['addresses', '<Task object at 0x7f3a2c>', '<Task object at 0xdeadbeef00>'],
    ['times', 'late since 2026-11-29T19:46:03.123Z', 'late since 2025-01-02 03:04:05+02:00'],
    ['paths', 'cannot read /srv/data/a.csv now', 'cannot read /tmp/x/y/z.json now'],
    ['windows paths', 'cannot read C:\\data\\a.csv', 'cannot read D:\\b.csv'],
    ['names with numbers', 'user usr_8Kd03Lq1 is gone', 'user usr_Zp77aa20 is gone'],
    ['blanks', 'a  b\tc', 'a b c'],
  ] as const) {
    const [first, second] = [
      group(`TypeError: ${a}\n    at f (x.js:1:2)`),
      group(`TypeError: ${b}\n    at g (y.js:3:4)`),
    ]
    t.equal(first.signature, second.signature, `${name}: ${withoutVariables(a)} / ${withoutVariables(b)}`)
  }
})

t.test('C11: failures of other functions, classes or words are other groups', async (t) => {
  const all = [
    group('TypeError: x is no function'),
    group('TypeError: x is no function', 'tasks.other'),
    group('RangeError: x is no function'),
    group('TypeError: y is no function'),
    group("KeyError: 'name'"),
    group("KeyError: 'address'"),
    group('ConnectionError: https://a.example/x timed out'),
    group('ConnectionError: https://b.example/x timed out'),
    group('TypeError'),
    group('no class here'),
    group(undefined),
    failureGroup({ func: undefined, traceback: undefined }),
  ]
  t.equal(new Set(all.map(({ signature }) => signature)).size, all.length)
  t.ok(all.every(({ signature }) => /^[0-9a-f]{16}$/.test(signature)))
})

t.test('class and message are read as Python and Node write them', async (t) => {
  const python = 'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\n'
  const rows: [string, string | null, string][] = [
    [`${python}requests.exceptions.HTTPError: 404 for /a\n`, 'requests.exceptions.HTTPError', '404 for /a'],
    [`${python}KeyboardInterrupt\n`, 'KeyboardInterrupt', ''],
    ['Error: a\nb: c\n    at f (x.js:1:2)', 'Error', 'a'],
    ['TypeError [ERR_BAD]: no\n    at f', 'TypeError [ERR_BAD]', 'no'],
    ['a value that is no Error was thrown: 7', null, 'a value that is no Error was thrown: 7'],
    ['Killed', null, 'Killed'],
    ['', null, ''],
  ]
  for (const [traceback, errorType, message] of rows) t.match(group(traceback), { errorType, message }, traceback)
})

t.test('a group is bounded, and quickly told, whatever was thrown', async (t) => {
  for (const piece of ['/', '/a', 'a1', 'a1_', '0x', '-', '1,', '2026-', ' ', 'f', 'é', '\\']) {
    const found = group(`Error: ${piece.repeat(100_000)}`, 'f'.repeat(10_000))
    t.ok(found.message.length <= 300 && (found.func?.length ?? 0) <= 200, piece)
    t.ok(withoutVariables(piece.repeat(100_000)).length <= 300)
  }
  t.equal(group(`${'A'.repeat(1_000)}: x`).errorType, null, 'no name of a class is that long')
})
