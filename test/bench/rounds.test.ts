import t from 'tap'
import { inRounds, rotated } from '../../bench/rounds.js'

t.test('each round begins with another one', async (t) => {
  t.same(
    [0, 1, 2, 3].map((round) => rotated(['a', 'b', 'c'], round).join('')),
    ['abc', 'bca', 'cab', 'abc'],
  )
  t.same(rotated([], 3), [])
})

t.test('values come in the order of the rounds, however the order of the cells changes', async (t) => {
  const order: string[] = []
  const values = await inRounds(3, ['a', 'b'], async (cell, round) => {
    order.push(cell)
    return `${cell}${round}`
  })
  t.same(order, ['a', 'b', 'b', 'a', 'a', 'b'])
  t.same(Object.fromEntries(values), { a: ['a0', 'a1', 'a2'], b: ['b0', 'b1', 'b2'] })
})
