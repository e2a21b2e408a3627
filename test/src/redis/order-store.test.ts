import t from 'tap'
import { MOST_ORDERS, putOrder } from '../../../src/redis/order-store.js'
import { Factory, nowIso, workerTtlSec } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

const redis = await startRedis(t)
const make = new Factory(redis.client)
const { keys, client, store } = make
t.beforeEach(async () => {
  await client.flushall()
})

const order = (id: string, expiryMs = 10_000) =>
  putOrder(client, keys, { id, supervisorId: 'sup', method: 'drain', text: JSON.stringify({ id }), expiryMs })
const beat = async (orderLimit: number): Promise<string[]> => {
  const beat = { supervisorId: 'sup', leaseMs: 10_000, workerTtlSec, nowIso, queues: [], workers: [], running: [] }
  const reply = await store.beat({ ...beat, orderLimit })
  return reply === 'lost' ? [] : reply.orders.map((text) => (JSON.parse(text) as { id: string }).id)
}

void t.test('an order is only given to a living daemon that takes orders and does not lag behind', async (t) => {
  t.equal(await order('a'), 'gone')
  await make.register('sup')
  t.equal(await order('a'), 'deaf')
  t.equal(await client.exists(keys.orders('sup'), keys.answer('a')), 0, 'nothing is written')
  await client.hset(keys.supervisor('sup'), 'orders', '1')
  for (let i = 0; i < MOST_ORDERS; i++) t.equal(await order(`o${i}`), 'ordered')
  t.equal(await order('a'), 'full')
  t.equal(await client.exists(keys.answer('a')), 0)
  await client.zadd(keys.supervisors, 1, 'sup')
  t.equal(await order('a'), 'gone')
})

void t.test('each order is taken up once, in order, a few with each beat', async (t) => {
  await make.register('sup')
  await client.hset(keys.supervisor('sup'), 'orders', '1', 'name', 'one')
  for (const id of ['a', 'b', 'c']) await order(id)
  t.strictSame(await beat(0), [])
  t.strictSame(await client.hgetall(keys.answer('a')), {
    state: 'waiting',
    supervisor: 'sup',
    daemon: 'one',
    method: 'drain',
  })
  t.strictSame(await beat(2), ['a', 'b'])
  t.equal(await client.hget(keys.answer('b'), 'state'), 'taken')
  t.equal(await client.hget(keys.answer('c'), 'state'), 'waiting')
  t.strictSame(await beat(2), ['c'])
  t.strictSame(await beat(2), [])
  for (const id of ['a', 'b', 'c']) t.ok((await client.pttl(keys.answer(id))) > 0, 'it expires')
})

void t.test('an order expires by the clock of Redis, and what is no order is dropped', async (t) => {
  await make.register('sup')
  await client.hset(keys.supervisor('sup'), 'orders', '1')
  await order('a', 600_000)
  t.ok((await client.pttl(keys.orders('sup'))) > 500_000, 'the list does, too')
  // Written as if it had been given a minute ago.
  await client.rpush(keys.orders('sup'), '{"until":1,"id":"late"}', 'x', '{}', '{"id":"b","until":"soon"}', '[[')
  t.strictSame(await beat(8), ['a'])
  t.equal(await client.hget(keys.answer('late'), 'state'), 'expired')
  await client.del(keys.orders('sup'))
  await client.set(keys.orders('sup'), 'somebody else’s')
  t.strictSame(await beat(8), [], 'the lease is kept all the same')
})
