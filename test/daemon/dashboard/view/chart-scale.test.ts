import fc from 'fast-check'
import t from 'tap'
import { areaPath, linePath, niceTop } from '../../../../daemon/dashboard/view/chart-scale.js'

const plot = { left: 10, top: 0, width: 100, height: 50 }

t.test('C11: an axis ends at a round number, not far above what it shows', async (t) => {
  t.equal(niceTop(0), 1)
  t.equal(niceTop(Number.NaN), 1)
  t.equal(niceTop(7), 10)
  t.equal(niceTop(1_300), 2_000)
  t.equal(niceTop(0.03), 0.04)
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), (most) => {
      const top = niceTop(most)
      return top >= most * (1 - 1e-9) && top <= most * 2.51
    }),
  )
})

t.test('C11: a line runs through its values, and stops where one is not known', async (t) => {
  t.equal(linePath([0, 10], 10, plot), 'M10 50L110 0')
  t.equal(linePath([0, null, 10], 10, plot), 'M10 50h0.1M110 0h0.1')
  t.equal(linePath([null, 5, null], 10, plot), 'M60 25h0.1')
  t.equal(linePath([null, 5], 10, plot), 'M110 25h0.1', 'the first sample ever is a dot')
  t.equal(linePath([5], 10, plot), 'M110 25h0.1')
  t.equal(linePath([], 10, plot), '')
})

t.test('C11: an area lies under each stretch of its line', async (t) => {
  t.equal(areaPath([10, 10], 10, plot), 'M10 50L10 0L110 0L110 50Z')
  t.equal(areaPath([5, null, 5], 10, plot), 'M10 50L10 25L10 50ZM110 50L110 25L110 50Z')
  t.equal(areaPath([null], 10, plot), '')
})
