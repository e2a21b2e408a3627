import type { Redis } from 'ioredis'
import t from 'tap'
import { systemClock } from '../../../src/clock.js'
import { Link } from '../../../src/redis/link.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
import { startRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'

t.test(
  'how far Redis is, is told by the quickest of the last pings; the last one may have waited for something',
  async (t) => {
    let nowMs = 0
    const takeMs = [80, 500]
    const ping = (): Promise<string> => {
      nowMs += takeMs.shift() ?? 500
      return Promise.resolve('PONG')
    }
    const link = new Link({
      redis: { status: 'ready', ping } as unknown as Redis,
      clock: { epochMs: () => nowMs, monoMs: () => nowMs },
      logger: new RecordingLogger(),
      onLost: () => undefined,
      onFound: () => undefined,
    })
    t.teardown(() => link.stop())
    t.equal(link.distanceMs, null)
    await link.start()
    await waitFor('a second ping', () => link.looks > 1)
    t.equal(link.roundTripMs, 500)
    t.equal(link.distanceMs, 80)
  },
)

t.test('an answer that came while this process stood still counts', async (t) => {
  const { client } = await startRedis(t)
  const ping = (): Promise<string> => {
    // Behind this one the answer comes while nobody is there to read it.
    void client.blpop('nothing', 0.2)
    // The process as a whole, for longer than an answer may take.
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_100))
    return client.ping()
  }
  const lost: string[] = []
  const link = new Link({
    redis: { status: 'ready', ping, disconnect: () => lost.push('dropped') } as unknown as Redis,
    clock: systemClock,
    logger: new RecordingLogger(),
    onLost: () => lost.push('lost'),
    onFound: () => undefined,
  })
  t.teardown(() => link.stop())
  await link.start()
  await waitFor('the ping to be over', () => link.looks > 0)
  t.strictSame(lost, [])
  t.ok(link.connected)
})
