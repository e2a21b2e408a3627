import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, markSec, scoreIs, ttlIs, workerTtlSec } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'
import type { BeatReply, Claim } from '../../../../src/redis/store.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const beat = (claims: readonly Claim[] = [], supervisorId = 'sup'): Promise<'lost' | BeatReply> =>
  make.store.beat({
    supervisorId,
    leaseMs: 20_000,
    workerTtlSec,
    nowIso: laterIso,
    queues: ['q', 'r'],
    workers: [
      { name: 'sup.1', state: 'busy', pid: 7 },
      { name: 'sup.2', state: 'idle', pid: null },
    ],
    running: claims.map(({ execution, jobId, queue }) => ({
      execution,
      jobId,
      queue,
      worker: 'sup.1',
      markSec,
      workSec: 1.25,
    })),
  })

void t.test('a beat extends the lease by the clock of Redis and shows the workers', async (t) => {
  await make.register()
  t.strictSame(await beat(), { claims: 0, orders: [], gone: [] })
  const [sec, micros] = await client.time()
  const leaseEnd = Number(await client.zscore(keys.supervisors, 'sup'))
  const left = leaseEnd - (Number(sec) * 1000 + Number(micros) / 1000)
  t.ok(left > 15_000 && left <= 20_000, `the lease ends in ${left} ms`)
  t.match(await client.hgetall(keys.worker('sup.1')), { last_heartbeat: laterIso, state: 'busy', pid: '7' })
  t.match(await client.hgetall(keys.worker('sup.2')), { last_heartbeat: laterIso, state: 'idle', pid: '0' })
  await ttlIs(t, client, keys.worker('sup.1'), workerTtlSec)
})

void t.test('memberships that a viewer has dropped come back', async (t) => {
  await make.register()
  await client.del(keys.workers, keys.queueWorkers('q'))
  await beat()
  const both = ['rq:worker:sup.1', 'rq:worker:sup.2']
  t.strictSame((await client.smembers(keys.workers)).sort(), both)
  t.strictSame((await client.smembers(keys.queueWorkers('q'))).sort(), both)
  t.strictSame((await client.smembers(keys.queueWorkers('r'))).sort(), both)
})

void t.test('running jobs stay marked as running', async (t) => {
  const claim = await make.running('a')
  const { execution } = claim
  await client.zadd(keys.started('q'), 5, `a:${execution}`)
  await client.zadd(keys.executions('a'), 5, execution)
  await client.expire(keys.execution('a', execution), 5)
  t.strictSame(await beat([claim]), { claims: 1, orders: [], gone: [] })
  await scoreIs(t, client, keys.started('q'), `a:${execution}`, markSec)
  await scoreIs(t, client, keys.executions('a'), execution, markSec + 60)
  await ttlIs(t, client, keys.execution('a', execution), markSec)
  await ttlIs(t, client, keys.executions('a'), markSec + 60)
  await ttlIs(t, client, keys.workerExecutions('sup.1'), markSec + 60)
  t.equal((await make.job('a'))['last_heartbeat'], laterIso)
  t.equal((await make.job('a'))['status'], 'started')
  t.equal(await client.hget(keys.worker('sup.1'), 'current_job_working_time'), '1.25')
})

void t.test('a mark that is gone is not made anew, nor a deleted job', async (t) => {
  const claim = await make.running('a')
  await client.del(keys.started('q'), keys.job('a'))
  await beat([claim])
  t.equal(await client.exists(keys.started('q'), keys.job('a')), 0)
})

void t.test('a job key that holds something else does not keep the others from being shown', async (t) => {
  const wrong = await make.running('wrong')
  await make.enqueue('good')
  const [good] = await make.claim()
  await make.start([good!])
  await client.del(keys.job('wrong'))
  await client.set(keys.job('wrong'), 'text')
  t.strictSame(await beat([wrong, good!]), { claims: 2, orders: [], gone: [] })
  t.equal((await make.job('good'))['last_heartbeat'], laterIso)
  t.equal(await client.get(keys.job('wrong')), 'text')
})

void t.test('a running job whose claim is gone is named and left alone', async (t) => {
  const mine = await make.running('mine')
  await make.enqueue('theirs')
  const [theirs] = await make.claim()
  await client.hdel(keys.claims('sup'), theirs!.execution)
  const before = await make.job('theirs')
  t.strictSame(await beat([mine, theirs!]), { claims: 1, orders: [], gone: [theirs!.execution] })
  t.strictSame(await make.job('theirs'), before)
  t.equal(await client.exists(keys.execution('theirs', theirs!.execution)), 0)
})

void t.test('a lease that somebody has taken over is not revived: nothing is written', async (t) => {
  const claim = await make.running('a')
  await client.zrem(keys.supervisors, 'sup')
  const before = await dump(client)
  t.equal(await beat([claim]), 'lost')
  t.strictSame(await dump(client), before)
})

void t.test('a lease that is being taken over is lost: nothing is written', async (t) => {
  const claim = await make.running('a')
  await client.zadd(keys.supervisors, 0, 'sup')
  const before = await dump(client)
  t.equal(await beat([claim]), 'lost')
  t.strictSame(await dump(client), before)
})

void t.test('a lease that has run out, but that nobody took over, is extended', async (t) => {
  await make.register()
  await client.zadd(keys.supervisors, 1, 'sup')
  t.strictSame(await beat(), { claims: 0, orders: [], gone: [] })
  t.ok(Number(await client.zscore(keys.supervisors, 'sup')) > 1)
})

void t.test('a full Redis does not cost the lease', async (t) => {
  const claim = await make.running('a')
  await client.zadd(keys.supervisors, 1, 'sup')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  t.strictSame(await beat([claim]), { claims: 1, orders: [], gone: [] })
  await client.config('SET', 'maxmemory', '0')
  t.ok(Number(await client.zscore(keys.supervisors, 'sup')) > 1)
  await scoreIs(t, client, keys.started('q'), `a:${claim.execution}`, markSec)
})
