import t from 'tap'
import { listQueues, queueCounts, readKnownQueues } from '../../../src/fleet/queues.js'
import { createKeys } from '../../../src/redis/keys.js'
import { startRedis } from '../../helpers/redis.js'

const keys = createKeys()

t.test('known queues are sorted; members that are no queue are told apart', async (t) => {
  const { client } = await startRedis(t)
  t.same(await listQueues(client, keys), [])
  await client.sadd(keys.queues, keys.queue('low'), keys.queue('high'), 'rubbish', keys.queue('a:b'))
  t.same(await listQueues(client, keys), ['a:b', 'high', 'low'])
  t.same(await readKnownQueues(client, keys), { names: ['a:b', 'high', 'low'], strangers: ['rubbish'] })
})

t.test('counts of many queues, in the order asked; keys of another kind give null', async (t) => {
  const { client } = await startRedis(t)
  await client.rpush(keys.queue('high'), 'a', 'b')
  await client.zadd(keys.started('high'), 1, 'c')
  await client.zadd(keys.failed('high'), -1, 'd', 2, 'e', 3, 'f')
  await client.set(keys.queue('odd'), 'text')
  await client.set(keys.canceled('odd'), 'text')
  const none = { queued: 0, started: 0, finished: 0, failed: 0, deferred: 0, scheduled: 0, canceled: 0 }
  const others = Array.from({ length: 200 }, (_, i) => `q${i}`)
  t.same(await queueCounts(client, keys, ['odd', ...others, 'high']), [
    { queue: 'odd', ...none, queued: null, canceled: null },
    ...others.map((queue) => ({ queue, ...none })),
    { queue: 'high', ...none, queued: 2, started: 1, failed: 3 },
  ])
  t.same(await queueCounts(client, keys, []), [])
})

t.test('a server that cannot answer is an error of Redis', async (t) => {
  const { client, connect } = await startRedis(t)
  await client.set(keys.queues, 'text')
  await t.rejects(listQueues(client, keys), { code: 'RQD_REDIS', message: /rq:queues.*WRONGTYPE/ })
  const closed = connect()
  closed.disconnect()
  await t.rejects(queueCounts(closed, keys, ['a']), { code: 'RQD_REDIS' })
})
