import t from 'tap'
import { countWaiting, takePulse } from '../../../daemon/supervisor/pulse.js'
import type { SlotView } from '../../../daemon/supervisor/slot-view.js'
import { createKeys } from '../../../src/redis/keys.js'
import { Store } from '../../../src/redis/store.js'
import { startRedis } from '../../helpers/redis.js'

function slot(phase: SlotView['phase'], heardMonoMs: number): SlotView {
  return {
    worker: 'w.1',
    pid: 1,
    phase,
    running: [],
    ahead: 0,
    rssBytes: null,
    heardMonoMs,
    jobsDone: 0,
    failures: 0,
    isFatal: false,
    trouble: null,
    recycling: null,
    recycled: { jobs: 0, rss: 0, age: 0, fresh: 0, restart: 0 },
  }
}

t.test('C8: a pulse tells how many executors there are, and when those without a job were heard', async (t) => {
  const slots = [slot('idle', 10), slot('busy', 20), slot('starting', -Infinity), slot('idle', 30)]
  const link = { connected: true, roundTripMs: 0.4, looks: 7 }
  t.match(takePulse({ state: 'running', slots, running: 1, link, fetcher: { turns: 3 }, stopLeftMs: null }), {
    executors: 4,
    busy: 1,
    idleHeardMonoMs: [10, 30],
    fetchTurns: 3,
    linkLooks: 7,
    redis: { connected: true, roundTripMs: 0.4 },
  })
})

t.test(
  'C8: waiting jobs are counted over all queues; what is no queue counts nothing, and a Redis that is away null',
  async (t) => {
    const redis = await startRedis(t)
    const store = new Store(redis.client, createKeys('rq'), 'mixed')
    await redis.client.rpush('rq:queue:high', 'a', 'b')
    await redis.client.rpush('rq:queue:low', 'c')
    await redis.client.set('rq:queue:odd', 'text')
    t.equal(await countWaiting(store, ['high', 'low', 'none', 'odd']), 3)
    redis.client.disconnect()
    t.equal(await countWaiting(store, ['high']), null)
  },
)
