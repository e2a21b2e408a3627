import t from 'tap'
import { parseDurationSec } from '../../src/duration.js'

void t.test('seconds and text with a unit are understood', (t) => {
  for (const [duration, seconds] of [
    [0, 0],
    [90, 90],
    [-1, -1],
    ['90', 90],
    ['0', 0],
    ['5s', 5],
    ['3m', 180],
    ['1h', 3_600],
    ['2d', 172_800],
    ['2D', 172_800],
    [' 5 m ', 300],
    ['-1', -1],
    ['999999999999', 999_999_999_999],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ] as const) {
    t.equal(parseDurationSec(duration, 'it'), seconds, JSON.stringify(duration))
  }
  t.end()
})

void t.test('anything else is refused with its name, what was found and what is expected', (t) => {
  for (const duration of [
    1.5,
    -2,
    NaN,
    Infinity,
    2 ** 53,
    '',
    's',
    '1.5',
    '1h30m',
    '5 weeks',
    '-1s',
    '-5',
    '1e3',
    '0x10',
    '999999999999d',
  ]) {
    t.throws(() => parseDurationSec(duration, 'jobTimeout'), {
      code: 'RQD_BAD_DURATION',
      message: `jobTimeout is ${JSON.stringify(duration)}; expected whole seconds, text such as '90', '5s', '3m', '1h' or '2d', or -1 for never`,
    })
  }
  t.end()
})
