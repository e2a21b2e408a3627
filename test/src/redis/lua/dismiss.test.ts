import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'
import { dismissWorkers } from '../../../../src/redis/worker-store.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const dismiss = (workers = ['sup.2']): Promise<number> =>
  dismissWorkers(make.store, { supervisorId: 'sup', nowIso: laterIso, queues: ['q'], allWorkers: ['sup.1'], workers })

void t.test('a worker dies as RQ’s do; its supervisor, its claims and its other workers live', async (t) => {
  await make.register('sup', { workers: 2 })
  await client.hset(keys.claims('sup'), 'e', '{}')
  await client.sadd(keys.workerExecutions('sup.2'), 'a:e')
  t.equal(await dismiss(), 1)
  t.equal(await client.hget(keys.worker('sup.2'), 'death'), laterIso)
  await ttlIs(t, client, keys.worker('sup.2'), 60)
  t.equal(await client.exists(keys.workerExecutions('sup.2')), 0)
  for (const key of [keys.workers, keys.queueWorkers('q')])
    t.strictSame(await client.smembers(key), ['rq:worker:sup.1'])
  t.equal(await client.hget(keys.supervisor('sup'), 'workers'), '["sup.1"]')
  t.ok(await client.zscore(keys.supervisors, 'sup'))
  t.equal(await client.hlen(keys.claims('sup')), 1)
})

void t.test('a second call changes nothing', async (t) => {
  await make.register('sup', { workers: 2 })
  await dismiss()
  const before = await dump(client)
  t.equal(await dismiss(), 1)
  t.strictSame(await dump(client), before)
})

void t.test('a name that another supervisor has taken since stays as it is', async (t) => {
  await make.register('sup', { workers: 1 })
  await make.register('other', { workers: 1 })
  t.equal(await dismiss(['other.1']), 0)
  t.equal(await client.hget(keys.worker('other.1'), 'death'), null)
  t.equal(await client.sismember(keys.workers, 'rq:worker:other.1'), 1)
})

void t.test(
  'one whose hash has run out leaves nothing behind, and no record is made for a supervisor that is gone',
  async (t) => {
    await client.sadd(keys.workers, 'rq:worker:sup.2')
    await client.sadd(keys.queueWorkers('q'), 'rq:worker:sup.2')
    t.equal(await dismiss(), 1)
    t.same(await client.keys('*'), [])
  },
)
