import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, nowIso } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make

void t.test('each queue tells its depth and since when its first job waits; nothing is written', async (t) => {
  await make.enqueue(['a', 'b'], { queue: 'two' })
  await client.hset(keys.job('b'), 'enqueued_at', 'later')
  await client.rpush(keys.queue('orphan'), 'no-hash')
  await client.rpush(keys.queue('odd'), 'text')
  await client.set(keys.job('text'), 'text')
  await client.set(keys.queue('broken'), 'text')
  const before = await dump(client)
  t.strictSame(await make.store.queueSummaries(['two', 'empty', 'orphan', 'odd', 'broken']), [
    { queue: 'two', depth: 2, oldestEnqueuedAt: nowIso },
    { queue: 'empty', depth: 0, oldestEnqueuedAt: '' },
    { queue: 'orphan', depth: 1, oldestEnqueuedAt: '' },
    { queue: 'odd', depth: 1, oldestEnqueuedAt: '' },
    { queue: 'broken', depth: -1, oldestEnqueuedAt: '' },
  ])
  t.strictSame(await dump(client), before)
})

void t.test('no queues, no call', async (t) => {
  t.strictSame(await make.store.queueSummaries([]), [])
})
