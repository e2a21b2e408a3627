import t from 'tap'
import { Rate } from '../../../daemon/control/rate.js'
import { RawCaller, startServer } from './harness.js'

t.test('a burst is free, what comes faster waits for its turn, and rest earns the burst again', (t) => {
  const rate = new Rate({ perSec: 100, burst: 3 }, 0)
  t.same([rate.take(0), rate.take(0), rate.take(0)], [0, 0, 0])
  t.equal(rate.take(0), 10)
  t.equal(rate.take(0), 20)
  t.equal(rate.take(20), 10, 'what has been waited for counts')
  t.equal(rate.take(10_000), 0)
  t.same([rate.take(10_000), rate.take(10_000), rate.take(10_000)], [0, 0, 10])
  t.end()
})

t.test('C1: beyond its rate a connection is slowed down, and every request answered; others are not', async (t) => {
  const ping = (id: number) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`
  const pings = (count: number) => Array.from({ length: count }, (_, i) => ping(i)).join('')
  // So slow that the flood is not over before the other is answered, on a busy machine either.
  const slow = await startServer(t, { rate: { perSec: 2, burst: 2 } })
  const held = new RawCaller(t, slow.path).send(pings(14))
  const other = new RawCaller(t, slow.path).send(ping(0))
  await other.lines(1)
  t.ok(held.replies.length < 14)
  const { path } = await startServer(t, { rate: { perSec: 500, burst: 2 } })
  const replies = await new RawCaller(t, path).send(pings(60)).lines(60)
  t.same(
    replies.map(({ id }) => id),
    Array.from({ length: 60 }, (_, i) => i),
  )
})
