import t from 'tap'
import { doneSince } from '../../../src/history/peer-counts.js'

const counts = (finished: number, failed = 0, runMs = 0) => ({ finished, failed, runMs })

t.test('what workers have done between two looks, those that began or ended in between included', async (t) => {
  const before = new Map([
    ['same', counts(5, 1, 100)],
    ['idle', counts(9, 9, 900)],
    ['ended', counts(7)],
    ['another of this name', counts(50, 0, 5_000)],
  ])
  const now = new Map([
    ['same', counts(8, 2, 150)],
    ['idle', counts(9, 9, 900)],
    ['began', counts(2, 0, 20)],
    ['another of this name', counts(1, 0, 10)],
  ])
  t.strictSame(doneSince(before, now), { finished: 3 + 2 + 1, failed: 1, runMs: 50 + 20 + 10 })
  t.strictSame(doneSince(new Map(), new Map()), counts(0))
})
