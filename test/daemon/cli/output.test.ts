import { Writable } from 'node:stream'
import t from 'tap'
import { coloursFor, formatAge, formatBytes, formatCount, printable, renderTable } from '../../../daemon/cli/output.js'

const stream = (isTTY: boolean) => Object.assign(new Writable(), { isTTY })
const plain = coloursFor(stream(false), {})

t.test('ages', (t) => {
  const cases: [number | null, string][] = [
    [null, '-'],
    [-0.1, '0.0s'],
    [0.44, '0.4s'],
    [12.9, '12s'],
    [192, '3m 12s'],
    [3_600, '1h 00m'],
    [7_384, '2h 03m'],
    [90_061, '1d 1h'],
  ]
  for (const [seconds, text] of cases) t.equal(formatAge(seconds), text)
  t.end()
})

t.test('sizes and counts', (t) => {
  const cases: [number | null, string][] = [
    [null, '-'],
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1 kB'],
    [48 * 2 ** 20, '48 MB'],
    [1_048_575, '1 MB'],
    [1.5 * 2 ** 30, '1.5 GB'],
    [12 * 2 ** 30, '12 GB'],
  ]
  for (const [bytes, text] of cases) t.equal(formatBytes(bytes), text)
  t.same([formatCount(0, 'job'), formatCount(1, 'job'), formatCount(2, 'job')], ['0 jobs', '1 job', '2 jobs'])
  t.end()
})

t.test('text from elsewhere can neither move the cursor nor turn the line', (t) => {
  t.equal(printable('a\x1b[31m\nb\x7f\x9b\u202e\u2028ü🦉'), 'a\\x1b[31m\\x0ab\\x7f\\x9b\\u202e\\u2028ü🦉')
  t.end()
})

t.test('tables: numbers right, the rest left, nothing cut without a screen', (t) => {
  const columns = [
    { title: 'NAME', shrinks: true },
    { title: 'N', right: true },
    { title: 'WIDE', fromWidth: 60 },
  ]
  const rows = [
    ['a-rather-long-name', '5', 'x'],
    ['b', '1234', 'y'],
  ]
  t.equal(
    renderTable(columns, rows, { width: undefined, colours: plain }),
    'NAME                   N  WIDE\na-rather-long-name     5  x\nb                   1234  y\n',
  )
  t.equal(
    renderTable(columns, rows, { width: 18, colours: plain }),
    'NAME             N\na-rather-lo…     5\nb             1234\n',
  )
  t.equal(renderTable(columns, rows, { width: 1, colours: plain }).split('\n')[1], 'a-rathe…     5', 'never below 8')
  t.equal(renderTable(columns, [], { width: 80, colours: plain }), 'NAME  N  WIDE\n')
  t.end()
})

t.test('colours only on a terminal that wants them, and they do not count as width', (t) => {
  t.equal(coloursFor(stream(true), {}).red('x'), '\x1b[31mx\x1b[39m')
  for (const colours of [
    plain,
    coloursFor(stream(true), { NO_COLOR: '1' }),
    coloursFor(stream(true), { TERM: 'dumb' }),
  ]) {
    t.equal(colours.red('x'), 'x')
  }
  t.equal(coloursFor(stream(true), { NO_COLOR: '' }).red('x'), '\x1b[31mx\x1b[39m', 'an empty NO_COLOR is none')
  const { red } = coloursFor(stream(true), {})
  const table = renderTable([{ title: 'S' }, { title: 'T' }], [[{ text: 'abc', colour: red }, 'x']], {
    width: 80,
    colours: plain,
  })
  t.equal(table, 'S    T\n\x1b[31mabc\x1b[39m  x\n')
  t.end()
})
