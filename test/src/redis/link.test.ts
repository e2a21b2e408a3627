import type { Redis } from 'ioredis'
import t from 'tap'
import { Link } from '../../../src/redis/link.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'
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
