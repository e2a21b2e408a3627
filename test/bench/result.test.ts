import t from 'tap'
import { check, checkRatio, meets, type Row } from '../../bench/result.js'

const row = (side: string, values: number[]): Row => ({ what: 'no-op', side, unit: 'jobs/s', values })

t.test('a target holds at its limit, unless it is strict', async (t) => {
  t.ok(meets(1.05, { op: '>=', limit: 1.05 }))
  t.notOk(meets(1.04, { op: '>=', limit: 1.05 }))
  t.ok(meets(150, { op: '<=', limit: 150 }))
  t.notOk(meets(151, { op: '<=', limit: 150 }))
  t.notOk(meets(1, { op: '<', limit: 1 }))
  t.same(
    [0.89, 0.91, 1.09, 1.11].map((value) => meets(value, { op: '±', limit: 0.1 })),
    [false, true, true, false],
  )
})

t.test('the median decides, not a single round', async (t) => {
  const { ok, spread } = check('p50', 'ms', [0.8, 5, 0.9], { op: '<=', limit: 1 })
  t.equal(ok, true)
  t.same(spread, { n: 3, median: 0.9, min: 0.8, max: 5 })
})

t.test('without a target a figure is only told', async (t) => {
  t.equal(check('p50', 'ms', [1]).ok, undefined)
})

t.test('a ratio is the median of the rounds, which is not the ratio of the medians', async (t) => {
  const [found] = checkRatio('ours / theirs', row('ours', [10, 20, 90]), row('theirs', [10, 40, 30]))
  t.equal(found?.spread.median, 1)
  t.equal(found?.unit, 'x')
})

t.test('there is no ratio to a side that was not measured', async (t) => {
  t.same(checkRatio('ours / theirs', row('ours', [1]), undefined), [])
  t.same(checkRatio('ours / theirs', undefined, row('theirs', [1])), [])
})
