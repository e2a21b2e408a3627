import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const deregister = (supervisorId = 'sup'): Promise<number> => {
  const workers = [`${supervisorId}.1`, `${supervisorId}.2`]
  return make.store.deregister({ supervisorId, nowIso: laterIso, queues: ['q'], workers })
}

void t.test('workers die as RQ’s do and the lease ends', async (t) => {
  await make.register()
  await make.register('other')
  t.equal(await deregister(), 0)
  t.equal(await client.hget(keys.worker('sup.1'), 'death'), laterIso)
  await ttlIs(t, client, keys.worker('sup.1'), 60)
  await ttlIs(t, client, keys.worker('sup.2'), 60)
  const others = ['rq:worker:other.1', 'rq:worker:other.2']
  t.strictSame((await client.smembers(keys.workers)).sort(), others)
  t.strictSame((await client.smembers(keys.queueWorkers('q'))).sort(), others)
  t.strictSame(await client.zrange(keys.supervisors, 0, '-1'), ['other'])
  t.equal(await client.exists(keys.supervisor('sup'), keys.claims('sup')), 0)
})

void t.test('a second call changes nothing', async (t) => {
  await make.register()
  await deregister()
  const before = await dump(client)
  t.equal(await deregister(), 0)
  t.strictSame(await dump(client), before)
})

void t.test('claims that are still held are counted, and stay to be found with the lease', async (t) => {
  const claim = await make.running('a')
  t.equal(await deregister(), 1)
  t.ok(await client.hexists(keys.claims('sup'), claim.execution))
  t.ok(await client.zscore(keys.supervisors, 'sup'))
  t.equal(await client.exists(keys.supervisor('sup')), 1)
  t.equal(await client.exists(keys.workerExecutions('sup.1')), 0)
  t.strictSame(await make.handBack([claim]), ['handed-back'], 'they can still be handed back')
  t.equal(await deregister(), 0)
})

void t.test('a worker whose hash has expired is not made anew', async (t) => {
  await make.register()
  await client.del(keys.worker('sup.1'))
  await deregister()
  t.equal(await client.exists(keys.worker('sup.1')), 0)
})

void t.test('a full Redis does not keep a supervisor from leaving', async (t) => {
  await make.register()
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const held = await deregister()
  await client.config('SET', 'maxmemory', '0')
  t.equal(held, 0)
  t.equal(await client.zscore(keys.supervisors, 'sup'), null)
})
