import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, nowIso, scoreIs, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const year = 31_536_000

void t.test('a failed job is where RQ puts it, with its traceback, for a year', async (t) => {
  const claim = await make.running('a')
  t.strictSame(await make.fail([claim]), ['failed'])
  t.match(await make.job('a'), {
    status: 'failed',
    started_at: nowIso,
    ended_at: laterIso,
    last_heartbeat: laterIso,
    worker_name: 'sup.1',
  })
  await ttlIs(t, client, keys.job('a'), year)
  await scoreIs(t, client, keys.failed('q'), 'a', year)
  await ttlIs(t, client, keys.results('a'), -1)
  const [[, flat] = ['', []]] = await client.xrange(keys.results('a'), '-', '+')
  // prettier-ignore
  t.strictSame(flat, ['type', '2', 'exc_string', 'eJwDAAAAAAE=', 'worker_name', 'sup.1', 'execution_id', claim.execution,
    'execution_started_at', '1795422686.251911', 'execution_ended_at', '1795422687.0'])
  t.match(await client.hgetall(keys.worker('sup.1')), {
    state: 'idle',
    failed_job_count: '1',
    total_working_time: '0.75',
  })
  t.equal(
    await client.exists(
      keys.started('q'),
      keys.claims('sup'),
      keys.executions('a'),
      keys.execution('a', claim.execution),
      keys.workerExecutions('sup.1'),
    ),
    0,
  )
})

void t.test('W12: without a traceback only the status is stored, as RQ does without its default handler', async (t) => {
  const claim = await make.running('a')
  t.strictSame(await make.fail([claim], { traceback: '' }), ['failed'])
  const job = await make.job('a')
  t.match(job, { status: 'failed', started_at: nowIso, worker_name: 'sup.1' })
  t.not(job['ended_at'], laterIso)
  await ttlIs(t, client, keys.job('a'), -1)
  t.equal(await client.exists(keys.failed('q'), keys.results('a'), keys.started('q'), keys.claims('sup')), 0)
  t.match(await client.hgetall(keys.worker('sup.1')), { state: 'idle', failed_job_count: '1' })
})

void t.test('a death certificate goes with the result', async (t) => {
  const claim = await make.running('a')
  await make.fail([claim], { certificate: '{"cause":"signal"}' })
  const [[, flat] = ['', []]] = await client.xrange(keys.results('a'), '-', '+')
  t.strictSame(flat.slice(-2), ['rqd_certificate', '{"cause":"signal"}'])
})

void t.test('a stopped job has its own status and stands among the failed', async (t) => {
  const claim = await make.running('a')
  t.strictSame(await make.fail([claim], { status: 'stopped' }), ['failed'])
  t.equal((await make.job('a'))['status'], 'stopped')
  await scoreIs(t, client, keys.failed('q'), 'a', year)
})

void t.test('a failure TTL holds for the hash, the entry and, where asked, the results', async (t) => {
  const claim = await make.running('a')
  await make.fail([claim], { failureTtlSec: 60, resultsTtlSec: 60 })
  await ttlIs(t, client, keys.job('a'), 60)
  await ttlIs(t, client, keys.results('a'), 60)
  await scoreIs(t, client, keys.failed('q'), 'a', 60)
})

void t.test('failure TTL -1 keeps all for ever, with the score that RQ writes', async (t) => {
  const claim = await make.running('a')
  await client.xadd(keys.results('a'), '*', 'type', '2')
  await client.expire(keys.results('a'), 100)
  await make.fail([claim], { failureTtlSec: -1, resultsTtlSec: -1 })
  await ttlIs(t, client, keys.job('a'), -1)
  await ttlIs(t, client, keys.results('a'), -1)
  t.equal(await client.zscore(keys.failed('q'), 'a'), '-1')
})

void t.test('J21: failure TTL 0 leaves neither hash nor results behind, nor the job in its group', async (t) => {
  const claim = await make.running('a', { fields: { group_id: 'g' } })
  await client.sadd(keys.group('g'), 'a', 'other')
  await make.fail([claim], { failureTtlSec: 0, resultsTtlSec: 0 })
  t.equal(await client.exists(keys.job('a'), keys.results('a')), 0)
  t.strictSame(await client.smembers(keys.group('g')), ['other'])
})

void t.test('without a TTL of their own the results keep the one they have', async (t) => {
  const claim = await make.running('a')
  await client.xadd(keys.results('a'), '*', 'type', '1')
  await client.expire(keys.results('a'), 100)
  await make.fail([claim])
  await ttlIs(t, client, keys.results('a'), 100)
})

void t.test('a job without origin is filed under the queue given', async (t) => {
  await make.register()
  await client.hset(keys.job('bare'), 'data', '?')
  await client.rpush(keys.queue('q'), 'bare')
  const [claim] = await make.claim()
  await make.fail([claim!], { worker: '' })
  t.match(await make.job('bare'), { origin: 'q', status: 'failed', worker_name: '' })
})

void t.test('a second call writes nothing and says that this very result is stored', async (t) => {
  const claim = await make.running('a')
  await make.fail([claim])
  const before = await dump(client)
  t.strictSame(await make.fail([claim]), ['repeated'])
  t.strictSame(await dump(client), before)
})

void t.test('a claim that is gone is lost: nothing is written', async (t) => {
  const claim = await make.running('a')
  await client.hdel(keys.claims('sup'), claim.execution)
  const before = await dump(client)
  t.strictSame(await make.fail([claim]), ['lost'])
  t.strictSame(await dump(client), before)
})

void t.test('a job deleted while it ran is not revived', async (t) => {
  const claim = await make.running('a')
  await client.del(keys.job('a'))
  t.strictSame(await make.fail([claim]), ['gone'])
  t.equal(await client.exists(keys.job('a'), keys.results('a'), keys.failed('q'), keys.started('q')), 0)
})

void t.test('keys of a wrong type spoil nothing for the other jobs of the batch', async (t) => {
  await make.register()
  await make.enqueue(['job', 'results', 'good'])
  const claims = await make.claim()
  await make.start(claims)
  for (const key of [keys.job('job'), keys.results('results')]) {
    await client.del(key)
    await client.set(key, 'text')
  }
  t.strictSame(await make.fail(claims), ['gone', 'failed', 'failed'])
  t.strictSame(await client.zrange(keys.failed('q'), 0, '-1'), ['good', 'results'])
  t.equal(await client.exists(keys.claims('sup'), keys.started('q')), 0)
})

void t.test('a full Redis takes failures all the same', async (t) => {
  const claim = await make.running('a')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const replies = await make.fail([claim])
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(replies, ['failed'])
  t.equal(await client.xlen(keys.results('a')), 1)
})
