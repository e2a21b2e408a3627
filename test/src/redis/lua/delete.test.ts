import t from 'tap'
import { deleteJob } from '../../../../src/redis/job-store.js'
import { dump, dumpKeys } from '../../../helpers/dump.js'
import { Factory, nowIso } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const remove = (jobId: string, withDependents = false): Promise<number> =>
  deleteJob(client, keys, { jobId, queue: 'q', withDependents })

async function defer(child: string, parents: readonly string[]): Promise<void> {
  await client.hset(keys.job(child), { data: '[]', created_at: nowIso, status: 'deferred', origin: 'q' })
  await client.zadd(keys.deferred('q'), 1, child)
  for (const parent of parents) await client.sadd(keys.dependents(parent), child)
  await client.sadd(keys.dependencies(child), ...parents)
}

void t.test('J12: whatever its status, nothing of a job is left, and nothing of another is touched', async (t) => {
  await make.enqueue('keep')
  const before = await dump(client)
  await make.enqueue('a')
  t.equal(await remove('a'), 1)
  t.strictSame(await dump(client), before, 'queued')
  for (const [status, registry] of [
    ['deferred', keys.deferred('q')],
    ['scheduled', keys.scheduled('q')],
    ['canceled', keys.canceled('q')],
    ['finished', keys.finished('q')],
    ['failed', keys.failed('q')],
  ] as const) {
    await client.hset(keys.job('a'), { data: '[]', status, origin: 'q', group_id: 'g' })
    await client.zadd(registry, 1, 'a')
    await client.sadd('rq:group:g', 'a')
    await client.xadd(keys.results('a'), '*', 'type', '1')
    t.equal(await remove('a'), 1)
    t.strictSame(await dump(client), before, status)
  }
})

void t.test('a second call removes nothing; what is left of an id without a hash goes', async (t) => {
  await make.enqueue('keep')
  const before = await dump(client)
  t.equal(await remove('a'), 0)
  t.strictSame(await dump(client), before)
  await client.rpush(keys.queue('q'), 'a')
  await client.zadd(keys.failed('q'), 1, 'a')
  t.equal(await remove('a'), 0)
  t.strictSame(await dump(client), before)
})

void t.test('a job that runs is gone for good: its end, and a beat, bring nothing of it back', async (t) => {
  const claim = await make.running('a')
  t.equal(await remove('a'), 1)
  await make.store.beat({
    supervisorId: 'sup',
    leaseMs: 10_000,
    workerTtlSec: 480,
    nowIso,
    queues: ['q'],
    workers: [],
    running: [{ execution: claim.execution, jobId: 'a', queue: 'q', worker: 'sup.1', markSec: 90, workSec: 1 }],
  })
  t.strictSame(await make.finish([claim]), ['gone'])
  t.strictSame(
    (await dumpKeys(client)).filter((key) => /:a\b/.test(key) || /wip|finished/.test(key)),
    [],
  )
  t.strictSame(await make.store.listClaims('sup'), [])
})

void t.test('its parents forget it; those that wait for it go on waiting', async (t) => {
  await make.enqueue('parent')
  await defer('a', ['parent'])
  await defer('child', ['a'])
  await remove('a')
  t.equal(await client.exists(keys.dependents('parent'), keys.dependents('a'), keys.dependencies('a')), 0)
  t.strictSame(await client.zrange(keys.deferred('q'), '0', '-1'), ['child'])
  t.strictSame(await client.smembers(keys.dependencies('child')), ['a'])
})

void t.test('J10: with its dependents, all that wait for it directly or not go, even in a ring', async (t) => {
  await make.enqueue('keep')
  const before = await dump(client)
  await make.enqueue('a')
  await defer('b', ['a'])
  await defer('c', ['a', 'b'])
  await defer('d', ['c'])
  await client.sadd(keys.dependents('d'), 'a')
  t.equal(await remove('a', true), 4)
  t.strictSame(await dump(client), before)
})

void t.test('keys of other types are left alone', async (t) => {
  await client.set(keys.job('a'), 'text')
  await client.set(keys.failed('q'), 'text')
  t.equal(await remove('a'), 0)
  t.equal(await client.get(keys.job('a')), 'text')
  t.equal(await client.get(keys.failed('q')), 'text')
})
