import t from 'tap'
import { backoffMs } from '../../../src/webhooks/backoff.js'

void t.test('waits are three times longer each time, a fifth more or less, and an hour at most', (t) => {
  t.strictSame(
    [1, 2, 3, 7, 8].map((attempts) => Math.round(backoffMs(attempts, 2_000, 0.5))),
    [2_000, 6_000, 18_000, 1_458_000, 3_600_000],
  )
  t.equal(Math.round(backoffMs(1, 2_000, 0)), 1_600)
  t.equal(Math.round(backoffMs(1, 2_000, 1)), 2_400)
  t.end()
})
