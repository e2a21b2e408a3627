import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, nowIso, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('claimed jobs return to the front of both queues in their old order', async (t) => {
  const queues = ['q', 'r']
  await make.register('sup', { queues })
  const q = Array.from({ length: 30 }, (_, i) => `q${i}`)
  const r = Array.from({ length: 30 }, (_, i) => `r${i}`)
  await make.enqueue(q)
  await make.enqueue(r, { queue: 'r' })
  const before = await dump(client)
  const claims = [...(await make.claim('sup', queues, 20)), ...(await make.claim('sup', queues, 25))]
  t.equal(claims.length, 45)
  const replies = await make.handBack(claims, { worker: '' })
  t.ok(replies.length === 45 && replies.every((reply) => reply === 'handed-back'))
  t.strictSame(await make.list('q'), q)
  t.strictSame(await make.list('r'), r)
  for (const id of q) await client.hdel(keys.job(id), 'started_at', 'worker_name')
  for (const id of r) await client.hdel(keys.job(id), 'started_at', 'worker_name')
  t.strictSame(await dump(client), before, 'as if they had never been claimed')
})

void t.test('a running job goes back without a trace of its run, spends no retry and counts no failure', async (t) => {
  const claim = await make.running('a', { fields: { retries_left: '3' } })
  await make.enqueue('b')
  t.strictSame(await make.handBack([claim]), ['handed-back'])
  t.strictSame(await make.list(), ['a', 'b'])
  t.match(await make.job('a'), {
    status: 'queued',
    retries_left: '3',
    started_at: '',
    worker_name: '',
    enqueued_at: nowIso,
  })
  const worker = await client.hgetall(keys.worker('sup.1'))
  t.match(worker, { state: 'idle', current_job_working_time: '0' })
  t.notOk('current_job' in worker || 'failed_job_count' in worker)
  t.equal(
    await client.exists(
      keys.started('q'),
      keys.claims('sup'),
      keys.executions('a'),
      keys.execution('a', claim.execution),
      keys.workerExecutions('sup.1'),
      keys.failed('q'),
    ),
    0,
  )
})

void t.test('a job goes back to the list it came from, and leaves the registry it was filed under', async (t) => {
  await make.register()
  await make.enqueue('a', { fields: { origin: 'home' } })
  const [claim] = await make.claim()
  await make.start([claim!])
  t.equal(await client.zcard(keys.started('home')), 1)
  await make.handBack([claim!])
  t.strictSame(await make.list('q'), ['a'])
  t.equal(await client.zcard(keys.started('home')), 0)
})

void t.test('its ttl counts anew from the moment it waits again', async (t) => {
  const claim = await make.running('a', { ttlSec: 60 })
  await make.handBack([claim], { ttlSec: 60 })
  await ttlIs(t, client, keys.job('a'), 60)
})

void t.test('a second call finds the claim gone: nothing is written and nothing is pushed twice', async (t) => {
  const claim = await make.running('a')
  await make.handBack([claim])
  const before = await dump(client)
  t.strictSame(await make.handBack([claim]), ['lost'])
  t.strictSame(await dump(client), before)
})

void t.test('a claim that is another supervisor’s is lost: nothing is written', async (t) => {
  const claim = await make.running('a')
  const before = await dump(client)
  t.strictSame(await make.handBack([claim], {}, 'another'), ['lost'])
  t.strictSame(await dump(client), before)
})

void t.test('deleted and canceled jobs are let go of and not queued', async (t) => {
  await make.register()
  await make.enqueue(['gone', 'off', 'wrong', 'good'])
  const claims = await make.claim()
  await client.del(keys.job('gone'), keys.job('wrong'))
  await client.set(keys.job('wrong'), 'text')
  await client.hset(keys.job('off'), 'status', 'canceled')
  t.strictSame(await make.handBack(claims), ['gone', 'canceled', 'gone', 'handed-back'])
  t.strictSame(await make.list(), ['good'])
  t.equal((await make.job('off'))['status'], 'canceled')
  t.equal(await client.exists(keys.job('gone'), keys.claims('sup')), 0)
})

void t.test('a queue that cannot take it refuses the job: it stays held, the others go back', async (t) => {
  await make.register('sup', { queues: ['q', 'other'] })
  await make.enqueue('stuck')
  await make.enqueue('good', { queue: 'other' })
  const claims = await make.claim('sup', ['q', 'other'])
  await make.start(claims)
  await client.set(keys.queue('q'), 'text')
  const before = await dump(client)
  t.strictSame(await make.handBack([claims[0]!]), ['refused'])
  t.strictSame(await dump(client), before)
  t.strictSame(await make.handBack(claims), ['refused', 'handed-back'])
  t.strictSame(await make.list('other'), ['good'])
  await client.del(keys.queue('q'))
  t.strictSame(await make.handBack([claims[0]!]), ['handed-back'])
})

void t.test('the hash of a worker that is gone is not made anew', async (t) => {
  const claim = await make.running('a')
  await client.del(keys.worker('sup.1'))
  await make.handBack([claim])
  t.equal(await client.exists(keys.worker('sup.1')), 0)
})

void t.test('a full Redis does not lose the job', async (t) => {
  const claim = await make.running('a')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const replies = await make.handBack([claim])
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(replies, ['handed-back'])
  t.strictSame(await make.list(), ['a'])
})
