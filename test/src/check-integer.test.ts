import t from 'tap'
import { checkInteger } from '../../src/check-integer.js'

void t.test('whole numbers pass, from the least on', (t) => {
  for (const value of [-3, 0, 7]) checkInteger('start', value)
  checkInteger('length', -1, -1)
  t.end()
})

void t.test('anything else is refused by name', (t) => {
  const refused = (value: unknown, least?: number) => () => checkInteger('length', value as number, least)
  t.throws(refused(-2, -1), { code: 'RQD_BAD_OPTION', message: 'length is -2; expected a whole number of at least -1' })
  for (const value of [0.5, NaN, Infinity, '3', undefined, 2 ** 53]) {
    t.throws(refused(value), { code: 'RQD_BAD_OPTION', message: `length is ${String(value)}; expected a whole number` })
  }
  t.end()
})
