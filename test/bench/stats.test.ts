import t from 'tap'
import { median, ratios, spread } from '../../bench/stats.js'

t.test('the median is the middle value, or the mean of the two in the middle', async (t) => {
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.equal(median([7]), 7)
  t.ok(Number.isNaN(median([])))
})

t.test('a spread leaves the values as they are', async (t) => {
  const values = [30, 10, 20]
  t.same(spread(values), { n: 3, median: 20, min: 10, max: 30 })
  t.same(values, [30, 10, 20])
  t.throws(() => spread([]), { message: /no values/ })
})

t.test('ratios are taken round by round', async (t) => {
  t.same(ratios([10, 40], [5, 20]), [2, 2])
  t.same(ratios([10, 40, 60], [5, 20]), [2, 2], 'a round that one side lacks is left out')
})
