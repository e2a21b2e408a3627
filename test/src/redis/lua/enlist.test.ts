import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, ttlIs, workerFields, workerTtlSec } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'
import { type EnlistReply, enlistWorkers } from '../../../../src/redis/worker-store.js'
import { rqDefaults } from '../../../../src/rq-defaults.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const enlist = (name = 'sup.3'): Promise<EnlistReply> =>
  enlistWorkers(make.store, {
    supervisorId: 'sup',
    queues: ['q'],
    allWorkers: ['sup.1', 'sup.2', name],
    workers: [{ name, fields: workerFields('sup', ['q']) }],
  })

void t.test(
  'a further worker is registered as RQ’s; the lease, the claims and tickets of the supervisor stand',
  async (t) => {
    await make.register('sup', { workers: 2 })
    await client.hset(keys.supervisor('sup'), 'disarmed', '7')
    await client.hset(keys.claims('sup'), 'e', '{}')
    const lease = await client.zscore(keys.supervisors, 'sup')
    t.equal(await enlist(), 'enlisted')
    t.strictSame(await client.hgetall(keys.worker('sup.3')), workerFields('sup', ['q']))
    await ttlIs(t, client, keys.worker('sup.3'), rqDefaults.workerTtlSec)
    const all = ['rq:worker:sup.1', 'rq:worker:sup.2', 'rq:worker:sup.3']
    for (const key of [keys.workers, keys.queueWorkers('q')]) t.strictSame((await client.smembers(key)).sort(), all)
    t.match(await client.hgetall(keys.supervisor('sup')), {
      host: 'box',
      disarmed: '7',
      workers: '["sup.1","sup.2","sup.3"]',
    })
    t.equal(await client.zscore(keys.supervisors, 'sup'), lease)
    t.equal(await client.hlen(keys.claims('sup')), 1)
    await ttlIs(t, client, keys.worker('sup.1'), workerTtlSec)
  },
)

void t.test('the name of a live worker is taken: nothing is written', async (t) => {
  await make.register('sup', { workers: 2 })
  await make.register('other', { workers: 1 })
  const before = await dump(client)
  t.same(await enlist('other.1'), { taken: 'other.1' })
  t.strictSame(await dump(client), before)
})

void t.test('the name of a dead worker is free, and nothing of that one is left', async (t) => {
  await make.register('sup', { workers: 2 })
  await client.hset(keys.worker('sup.3'), 'death', 'x', 'current_job', 'old', 'queues', 'old')
  await client.sadd(keys.queueWorkers('old'), 'rq:worker:sup.3')
  t.equal(await enlist(), 'enlisted')
  t.strictSame(await client.hgetall(keys.worker('sup.3')), workerFields('sup', ['q']))
  t.equal(await client.exists(keys.queueWorkers('old')), 0)
})

void t.test('a supervisor whose record is gone gets no worker', async (t) => {
  await make.register('other')
  const before = await dump(client)
  t.equal(await enlist(), 'lost')
  t.strictSame(await dump(client), before)
})
