import t from 'tap'
import { sweepRegistries } from '../../../../src/redis/sweep-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const far = 4_000_000_000

void t.test('entries that have run out are dropped; those for ever and those to come stay', async (t) => {
  for (const key of [keys.finished('q'), keys.failed('q')]) {
    await client.zadd(key, '-1', 'for-ever', '0', 'zero', '1000', 'over', String(far), 'to-come', '+inf', 'kept')
  }
  await client.hset(keys.job('over'), 'data', '[]')
  t.strictSame(await sweepRegistries(client, keys, { queue: 'q' }), { finished: 1, failed: 1, workers: 0 })
  for (const key of [keys.finished('q'), keys.failed('q')]) {
    t.strictSame(await client.zrange(key, 0, '-1'), ['for-ever', 'zero', 'to-come', 'kept'])
  }
  t.equal(await client.exists(keys.job('over')), 1, 'the hash expires by itself')
})

void t.test('workers whose hash is gone are dropped from both sets, and only they', async (t) => {
  await make.register('sup', { workers: 1 })
  await client.sadd(keys.workers, keys.worker('gone'), keys.worker('elsewhere'), 'odd')
  await client.sadd(keys.queueWorkers('q'), keys.worker('gone'), 'odd')
  t.strictSame(await sweepRegistries(client, keys, { queue: 'q' }), { finished: 0, failed: 0, workers: 2 })
  t.strictSame((await client.smembers(keys.workers)).sort(), ['odd', keys.worker('sup.1')])
  t.strictSame((await client.smembers(keys.queueWorkers('q'))).sort(), ['odd', keys.worker('sup.1')])
})

void t.test('a call drops a bounded number', async (t) => {
  for (let i = 1; i <= 5; i += 1) await client.zadd(keys.finished('q'), i, `job-${i}`)
  t.match(await sweepRegistries(client, keys, { queue: 'q', limit: 3 }), { finished: 3 })
  t.match(await sweepRegistries(client, keys, { queue: 'q', limit: 3 }), { finished: 2 })
})

void t.test('keys of a wrong type are left alone', async (t) => {
  for (const key of [keys.finished('q'), keys.failed('q'), keys.workers, keys.queueWorkers('q')]) {
    await client.set(key, 'text')
  }
  const before = await dump(client)
  t.strictSame(await sweepRegistries(client, keys, { queue: 'q' }), { finished: 0, failed: 0, workers: 0 })
  t.strictSame(await dump(client), before)
})
