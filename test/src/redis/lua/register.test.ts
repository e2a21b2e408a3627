import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, ttlIs, workerFields, workerTtlSec } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('a supervisor gets a lease by the clock of Redis, and its workers are registered as RQ’s', async (t) => {
  t.equal(await make.register('sup', { workers: 2, queues: ['q', 'r'], leaseMs: 10_000 }), undefined)
  const [sec, micros] = await client.time()
  const left = Number(await client.zscore(keys.supervisors, 'sup')) - Number(sec) * 1000 - Number(micros) / 1000
  t.ok(left > 5_000 && left <= 10_000, `the lease ends in ${left} ms`)
  t.strictSame(await client.hgetall(keys.supervisor('sup')), { host: 'box', pid: '42' })
  for (const name of ['sup.1', 'sup.2']) {
    t.strictSame(await client.hgetall(keys.worker(name)), workerFields('sup', ['q', 'r']))
    await ttlIs(t, client, keys.worker(name), workerTtlSec)
  }
  const both = ['rq:worker:sup.1', 'rq:worker:sup.2']
  for (const key of [keys.workers, keys.queueWorkers('q'), keys.queueWorkers('r')]) {
    t.strictSame((await client.smembers(key)).sort(), both)
  }
  t.equal((await client.keys('*')).length, 7)
})

void t.test('a supervisor may register again; nothing of an older worker is left in its hash', async (t) => {
  await make.register()
  await client.hset(keys.worker('sup.1'), 'current_job', 'old')
  await client.hset(keys.claims('sup'), 'e', '{}')
  t.equal(await make.register(), undefined)
  t.strictSame(await client.hgetall(keys.worker('sup.1')), workerFields('sup', ['q']))
  t.equal(await client.hlen(keys.claims('sup')), 1, 'its claims stand')
})

void t.test('a worker that returns with other queues is no longer among the workers of the old ones', async (t) => {
  await make.register('sup', { workers: 1, queues: ['old', 'both'] })
  await make.register('sup', { workers: 1, queues: ['both', 'new'] })
  t.same(await client.smembers(keys.queueWorkers('old')), [])
  t.same(await client.smembers(keys.queueWorkers('both')), ['rq:worker:sup.1'])
  t.same(await client.smembers(keys.queueWorkers('new')), ['rq:worker:sup.1'])
})

void t.test('a name of a live RQ worker is taken: nothing is written', async (t) => {
  await client.hset(keys.worker('sup.2'), 'birth', 'x')
  const before = await dump(client)
  t.equal(await make.register(), 'sup.2')
  t.strictSame(await dump(client), before)
})

void t.test('a name of a live supervisor’s worker is taken: nothing is written', async (t) => {
  await make.register()
  await client.hset(keys.worker('sup.1'), 'rqd_supervisor', 'other')
  await client.zadd(keys.supervisors, Date.now() + 60_000, 'other')
  const before = await dump(client)
  t.equal(await make.register(), 'sup.1')
  t.strictSame(await dump(client), before)
})

void t.test(
  'names of the dead are free: a worker with a death, a supervisor whose lease ran out or is gone',
  async (t) => {
    await client.hset(keys.worker('sup.1'), 'birth', 'x', 'death', 'y')
    await client.hset(keys.worker('sup.2'), 'rqd_supervisor', 'out')
    await client.zadd(keys.supervisors, Date.now() - 60_000, 'out')
    await client.hset(keys.worker('sup.3'), 'rqd_supervisor', 'gone')
    t.equal(await make.register('sup', { workers: 3 }), undefined)
    t.strictSame(await client.hgetall(keys.worker('sup.1')), workerFields('sup', ['q']))
  },
)

void t.test('a full Redis refuses the registration and nothing is written', async (t) => {
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  await t.rejects(make.register(), { code: 'RQD_REDIS', message: /OOM/ })
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(await dump(client), {})
})
