import t, { type Test } from 'tap'
import { retryDelaySec } from '../../../../src/job/settle.js'
import { decodeExcInfo } from '../../../../src/job/result.js'
import { sweepAbandoned, type AbandonedSweep } from '../../../../src/redis/sweep-store.js'
import { takeWebhooks } from '../../../../src/redis/webhook-store.js'
import { dump, dumpKeys } from '../../../helpers/dump.js'
import { Factory, laterIso, nowIso, plainFields, scoreIs, ttlIs } from '../../../helpers/factory.js'
import { goldenJobs, goldenResults, loadGolden } from '../../../helpers/golden.js'
import { startRedis } from '../../../helpers/redis.js'
import { waitFor } from '../../../helpers/wait-for.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const year = 31_536_000
const execution = 'e'.repeat(32)

/** A job that a Python worker started and died of; its entry has run out. Bare as of 1.13, or with an execution. */
async function abandon(id: string, fields: Readonly<Record<string, string>> = {}, ran?: string): Promise<string> {
  const member = ran === undefined ? id : `${id}:${ran}`
  const all = { ...plainFields('q'), status: 'started', started_at: nowIso, worker_name: 'py', ...fields }
  await client.hset(keys.job(id), all)
  await client.zadd(keys.started('q'), 1_000_000, member)
  if (ran !== undefined) {
    await client.zadd(keys.executions(id), 2_000_000, ran)
    await client.sadd(keys.workerExecutions('py'), member)
  }
  return member
}

/** One call; reservations are acted on at the next call, however soon. */
function sweep(more: Partial<Parameters<typeof sweepAbandoned>[2]> = {}, made = make): Promise<AbandonedSweep> {
  const call = { queue: 'q', nowIso: laterIso, settleMs: 0, beatMs: 600_000, holdSec: 600, ...more }
  return sweepAbandoned(made.client, made.keys, call)
}

async function sweepTwice(): Promise<AbandonedSweep> {
  await sweep()
  return sweep()
}

const outcomes = ({ jobs }: AbandonedSweep): string[] => jobs.map(({ jobId, outcome }) => `${jobId} ${outcome}`)
const members = (): Promise<string[]> => client.zrange(keys.started('q'), 0, '-1')

/** Nothing waits, nothing is reserved, nothing is started. */
async function isClean(t: Test): Promise<void> {
  t.strictSame(await members(), [])
  t.equal(await client.exists(keys.abandoned('q')), 0)
}

void t.test('the first call only reserves: no other sweep sees the entry then, and the job is as it was', async (t) => {
  await abandon('a')
  const before = await make.job('a')
  t.match(await sweep(), { jobs: [], reserved: 1, dropped: 0, pending: 1 })
  await scoreIs(t, client, keys.started('q'), 'a', 600)
  t.strictSame(await make.job('a'), before)
  t.strictSame(await client.zrangebyscore(keys.started('q'), 0, Math.floor(Date.now() / 1000)), [])
})

void t.test('a job without retries is failed, for readers of every version', async (t) => {
  await abandon('lost-1', { failure_callback_name: 'app.on_failure' })
  const swept = await sweepTwice()
  t.strictSame(swept.jobs, [
    { jobId: 'lost-1', outcome: 'failed', worker: 'py', startedAt: nowIso, failureCallback: 'app.on_failure' },
  ])
  const text = 'Moved to FailedJobRegistry, due to AbandonedJobError, at 2026-11-23 08:31:27.000000+00:00'
  t.match(await make.job('lost-1'), { status: 'failed', ended_at: laterIso, started_at: nowIso, worker_name: 'py' })
  await scoreIs(t, client, keys.failed('q'), 'lost-1', year)
  await ttlIs(t, client, keys.job('lost-1'), year)
  await ttlIs(t, client, keys.results('lost-1'), -1)
  const [[, flat] = ['', []]] = await client.xrange(keys.results('lost-1'), '-', '+')
  t.equal(decodeExcInfo(Buffer.from(flat[flat.indexOf('exc_string') + 1] ?? '', 'base64')), text)
  t.equal(decodeExcInfo((await client.hgetBuffer(keys.job('lost-1'), 'exc_info')) ?? Buffer.alloc(0)), text)
  await isClean(t)

  // Compared with what RQ itself leaves.
  const [entry] = goldenResults(loadGolden('2.10--abandoned')).get('lost-1') ?? []
  const theirs = new Map(entry?.fields)
  t.strictSame([...theirs.keys()].sort(), flat.filter((_, i) => i % 2 === 0).sort())
  t.equal(flat[flat.indexOf('type') + 1], theirs.get('type')?.toString())
  t.equal(flat[flat.indexOf('worker_name') + 1], theirs.get('worker_name')?.toString())
  const shape = (said: string): string => said.replace(/\d/g, '0')
  t.equal(shape(decodeExcInfo(Buffer.from(theirs.get('exc_string')?.toString() ?? '', 'base64'))), shape(text))
  const old = goldenJobs(loadGolden('1.13--abandoned')).get('lost-1')
  t.match(decodeExcInfo(old?.get('exc_info') ?? Buffer.alloc(0)), /^Moved to FailedJobRegistry/)
  t.equal(old?.get('status')?.toString(), 'failed')
})

void t.test('beside RQ 2.x alone, the hash is as that leaves it', async (t) => {
  await abandon('lost-1')
  const more = { compat: '2.x' } as const
  await sweep(more)
  t.strictSame(outcomes(await sweep(more)), ['lost-1 failed'])
  const theirs = goldenJobs(loadGolden('2.10--abandoned')).get('lost-1')
  t.notOk(theirs?.has('exc_info'))
  t.equal(await client.hexists(keys.job('lost-1'), 'exc_info'), 0)
  t.equal(await client.xlen(keys.results('lost-1')), 1)
})

void t.test('the webhooks of a job that is failed go to the outbox, once', async (t) => {
  const hook = { url: 'http://127.0.0.1:2/', job_status: 'failed', method: 'POST', headers: null, timeout: 10 }
  const webhooks = JSON.stringify([hook, { ...hook, job_status: 'finished' }])
  await abandon('a', { webhooks })
  await abandon('b', { webhooks, retries_left: '1' })
  t.strictSame(outcomes(await sweepTwice()).sort(), ['a failed', 'b retried'])
  const [delivery, ...others] = await takeWebhooks(client, keys, 10)
  t.match(delivery, { jobId: 'a', status: 'failed', queue: 'q', endedAt: laterIso, attempts: 1 })
  t.strictSame(JSON.parse(delivery?.hook ?? ''), hook)
  t.strictSame(others, [])
})

void t.test('failure TTLs hold as for any failed job', async (t) => {
  for (const [ttl, sec] of [
    ['60', 60],
    ['-1', -1],
    ['0', -2],
  ] as const) {
    await client.flushall()
    await abandon('a', { failure_ttl: ttl })
    t.strictSame(outcomes(await sweepTwice()), ['a failed'])
    await ttlIs(t, client, keys.job('a'), sec)
    await ttlIs(t, client, keys.results('a'), sec)
    if (ttl === '-1') t.equal(await client.zscore(keys.failed('q'), 'a'), '-1')
    else await scoreIs(t, client, keys.failed('q'), 'a', Number(ttl))
  }
})

void t.test('a job with retries goes to its queue once, without the keys of its execution', async (t) => {
  await abandon('a', { retries_left: '2', ttl: '70' }, execution)
  await make.enqueue('b')
  t.strictSame(outcomes(await sweepTwice()), ['a retried'])
  t.strictSame(await make.list(), ['b', 'a'])
  t.match(await make.job('a'), { status: 'queued', retries_left: '1', enqueued_at: laterIso })
  await ttlIs(t, client, keys.job('a'), 70)
  await isClean(t)
  t.equal(await client.exists(keys.executions('a'), keys.workerExecutions('py'), keys.results('a')), 0)
  const before = await dump(client)
  t.match(await sweepTwice(), { jobs: [], reserved: 0, dropped: 0, pending: 0 })
  t.strictSame(await dump(client), before)
})

void t.test('a retry goes to the front where the job asks for it', async (t) => {
  await make.enqueue('b')
  await abandon('a', { retries_left: '1', enqueue_at_front_on_retry: '1' })
  await sweepTwice()
  t.strictSame(await make.list(), ['a', 'b'])
})

void t.test('retries are delayed as everywhere in rqd', async (t) => {
  for (const intervals of [[], [10, 20], [0, 3000], [7], [5, 6, 7, 8], [-3]]) {
    for (const left of [1, 2, 3, 5]) {
      await client.flushall()
      await abandon('a', { retries_left: String(left), retry_intervals: JSON.stringify(intervals) })
      const delaySec = retryDelaySec(left, intervals)
      const named = `${JSON.stringify(intervals)}, ${left} left: ${delaySec} s`
      t.strictSame(outcomes(await sweepTwice()), [delaySec > 0 ? 'a scheduled' : 'a retried'], named)
      t.match(await make.job('a'), { status: delaySec > 0 ? 'scheduled' : 'queued', retries_left: String(left - 1) })
      t.strictSame(await make.list(), delaySec > 0 ? [] : ['a'])
      if (delaySec > 0) await scoreIs(t, client, keys.scheduled('q'), 'a', delaySec)
    }
  }
})

void t.test('fields that nobody can read count as unset', async (t) => {
  await abandon('a', { retries_left: '1', retry_intervals: '[oops', ttl: '5m' })
  await abandon('b', { retries_left: 'many', failure_ttl: '1.5' })
  t.strictSame(outcomes(await sweepTwice()).sort(), ['a retried', 'b failed'])
  await ttlIs(t, client, keys.job('a'), -1)
  await ttlIs(t, client, keys.job('b'), year)
})

void t.test('lenient dependents of a failed job are released, strict ones are not', async (t) => {
  await abandon('a')
  for (const [child, lenient] of [
    ['easy', '1'],
    ['strict', '0'],
  ] as const) {
    await client.hset(keys.job(child), { ...plainFields('q'), status: 'deferred', allow_dependency_failures: lenient })
    await client.zadd(keys.deferred('q'), 1, child)
    await client.sadd(keys.dependents('a'), child)
    await client.sadd(keys.dependencies(child), 'a')
  }
  await sweepTwice()
  t.strictSame(await make.list(), ['easy'])
  t.equal((await make.job('strict'))['status'], 'deferred')
})

void t.test('a worker that was only late keeps its job: its beat moves the score', async (t) => {
  const member = await abandon('a', { retries_left: '3' }, execution)
  await sweep()
  const score = Math.floor(Date.now() / 1000) + 90
  await client.zadd(keys.started('q'), 'XX', score, member)
  t.match(await sweep(), { jobs: [], reserved: 0, dropped: 0, pending: 0 })
  t.equal(Number(await client.zscore(keys.started('q'), member)), score)
  t.match(await make.job('a'), { status: 'started', retries_left: '3' })
  t.strictSame(await make.list(), [])
})

void t.test('a worker that ends its job meanwhile is not disturbed', async (t) => {
  const member = await abandon('a', { retries_left: '3' }, execution)
  await sweep()
  await client.zrem(keys.started('q'), member)
  await client.hset(keys.job('a'), 'status', 'finished')
  t.match(await sweep(), { jobs: [], dropped: 0, pending: 0 })
  t.equal((await make.job('a'))['status'], 'finished')
})

/** What a sweep of RQ's writes that had read the entry before it was reserved. */
async function pythonRetries(id: string): Promise<void> {
  await client.hset(keys.job(id), { status: 'queued', enqueued_at: laterIso, retries_left: '1' })
  await client.rpush(keys.queue('q'), id)
}

void t.test('a job that a sweep of RQ retries meanwhile is retried by that one alone', async (t) => {
  for (const ran of [undefined, execution]) {
    await client.flushall()
    await abandon('a', { retries_left: '2' }, ran)
    await sweep()
    await pythonRetries('a')
    t.match(await sweep(), { jobs: [], dropped: 1, pending: 0 })
    t.strictSame(await make.list(), ['a'])
    await isClean(t)
  }
})

void t.test('the same where the job runs again by now', async (t) => {
  await abandon('a', { retries_left: '2' }, execution)
  await sweep()
  await pythonRetries('a')
  await make.register()
  const claims = await make.claim()
  t.match(await sweep({}), { jobs: [], dropped: 1 }, 'claimed')
  await make.start(claims)
  const before = await dump(client)
  t.match(await sweepTwice(), { jobs: [], reserved: 0, pending: 0 })
  t.strictSame(await dump(client), before)
  t.strictSame(await members(), [`a:${claims[0]?.execution}`])
})

void t.test('a bare entry that a new run of its job has taken over is that run’s', async (t) => {
  await abandon('a', { retries_left: '2' })
  await sweep()
  await client.hset(keys.job('a'), { status: 'started', started_at: laterIso, retries_left: '1' })
  await client.zadd(keys.started('q'), Math.floor(Date.now() / 1000) + 90, 'a')
  t.match(await sweep(), { jobs: [], dropped: 0, pending: 0 })
  t.strictSame(await members(), ['a'])
})

void t.test('an entry of an earlier run is dropped while a Python worker runs the job anew', async (t) => {
  await abandon('a', { retries_left: '2' }, execution)
  const newer = 'f'.repeat(32)
  await client.zadd(keys.executions('a'), 2_000_000_000, newer)
  await client.zadd(keys.started('q'), Math.floor(Date.now() / 1000) + 90, `a:${newer}`)
  t.match(await sweepTwice(), { jobs: [], reserved: 0, pending: 0 })
  t.strictSame(await members(), [`a:${newer}`])
  t.strictSame(await make.list(), [])
})

void t.test('a job that starts late, after its entry was reserved, is watched anew', async (t) => {
  await abandon('a', { status: 'queued', started_at: '', retries_left: '1' }, execution)
  await sweep()
  await client.hset(keys.job('a'), { status: 'started', started_at: laterIso })
  t.match(await sweep(), { jobs: [], reserved: 1, dropped: 0, pending: 1 })
  t.strictSame(outcomes(await sweep()), ['a retried'])
})

void t.test('two entries of one job recover it once', async (t) => {
  await abandon('a', { retries_left: '3' }, execution)
  await abandon('a', { retries_left: '3' }, 'f'.repeat(32))
  t.strictSame(outcomes(await sweepTwice()), ['a retried'])
  await sweepTwice()
  t.strictSame(await make.list(), ['a'])
  t.equal((await make.job('a'))['retries_left'], '2')
  await isClean(t)
})

void t.test('a reservation is acted on when it is old enough, and not before', async (t) => {
  await abandon('a')
  await sweep()
  t.match(await sweep({ settleMs: 60_000 }), { jobs: [], reserved: 0, pending: 1 })
  await waitFor('the reservation to be old enough', async () => (await sweep({ settleMs: 50 })).jobs.length === 1)
})

void t.test('a worker whose keys have not expired gets the time of a beat', async (t) => {
  await abandon('bare')
  await client.hset(keys.worker('py'), { current_job: 'bare', state: 'busy' })
  const member = await abandon('modern', {}, execution)
  await client.hset(keys.execution('modern', execution), { id: execution })
  t.match(await sweepTwice(), { jobs: [], reserved: 0, pending: 2 })
  await client.del(keys.execution('modern', execution))
  t.strictSame(outcomes(await sweep()), ['modern failed'])
  t.equal(await client.zscore(keys.started('q'), member), null)
  t.strictSame(outcomes(await sweep({ beatMs: 0 })), ['bare failed'])
})

void t.test('a worker that is dead, or runs another job, gets none', async (t) => {
  await abandon('a')
  await abandon('b', { worker_name: 'other' })
  await client.hset(keys.worker('py'), { current_job: 'a', death: nowIso })
  await client.hset(keys.worker('other'), { current_job: 'c' })
  t.strictSame(outcomes(await sweepTwice()).sort(), ['a failed', 'b failed'])
})

void t.test('a reservation that has stood too long is renewed first', async (t) => {
  await abandon('a')
  await sweep({ holdSec: 0.2 })
  await waitFor('the second half of the reservation', async () => {
    const { jobs, reserved } = await sweep({ holdSec: 0.2, settleMs: 150 })
    t.strictSame(jobs, [])
    return reserved === 1
  })
  t.strictSame(outcomes(await sweep()), ['a failed'])
})

void t.test('executions that a supervisor of ours holds are not touched, however old their score', async (t) => {
  const claim = await make.running('a', { fields: { retries_left: '2' } })
  await client.zadd(keys.started('q'), 1_000_000, `a:${claim.execution}`)
  const before = await dump(client)
  t.match(await sweepTwice(), { jobs: [], reserved: 0, dropped: 0, pending: 0 })
  t.strictSame(await dump(client), before)
})

void t.test('an entry of an earlier run is dropped where a supervisor of ours holds the job', async (t) => {
  const claim = await make.running('a')
  await client.zadd(keys.started('q'), 1_000_000, `a:${claim.execution}`, 1_000_000, `a:${execution}`)
  t.match(await sweepTwice(), { jobs: [], pending: 0 })
  t.strictSame(await members(), [`a:${claim.execution}`])
  t.equal((await make.job('a'))['status'], 'started')
})

void t.test('entries whose job has gone on, or is gone, are dropped at once', async (t) => {
  for (const status of ['finished', 'failed', 'stopped', 'canceled', 'scheduled', 'deferred']) {
    await abandon(status, { status }, execution)
  }
  await client.zadd(keys.started('q'), 1_000_000, 'missing', 1_000_000, `missing:${execution}`)
  await client.set(keys.job('text'), 'text')
  await client.zadd(keys.started('q'), 1_000_000, 'text')
  t.match(await sweep(), { jobs: [], reserved: 0, dropped: 9, pending: 0 })
  await isClean(t)
  t.equal((await make.job('canceled'))['status'], 'canceled')
  t.strictSame(await make.list(), [])
})

void t.test('a job that never started goes back to the front, spending nothing', async (t) => {
  await make.enqueue('b')
  await abandon('a', { status: 'queued', started_at: '', worker_name: '', retries_left: '2' }, execution)
  await client.rpush(keys.intermediate('q'), 'a')
  t.strictSame(outcomes(await sweepTwice()), ['a returned'])
  t.strictSame(await make.list(), ['a', 'b'])
  t.match(await make.job('a'), { status: 'queued', enqueued_at: nowIso, retries_left: '2' })
  t.equal(await client.exists(keys.intermediate('q')), 0)
  await isClean(t)
})

void t.test('a job that waits on its queue already is not put there twice', async (t) => {
  await abandon('a', { status: 'queued' })
  await make.enqueue(['a', 'b'])
  t.match(await sweepTwice(), { jobs: [], dropped: 1, pending: 0 })
  t.strictSame(await make.list(), ['a', 'b'])
})

void t.test('ids may hold colons', async (t) => {
  await abandon('a:b', { retries_left: '1' })
  await abandon('c:d', { retries_left: '1' }, execution)
  t.strictSame(outcomes(await sweepTwice()).sort(), ['a:b retried', 'c:d retried'])
  t.strictSame((await make.list()).sort(), ['a:b', 'c:d'])
})

void t.test('a call takes a bounded number of entries, and the next one goes on', async (t) => {
  for (let i = 0; i < 7; i += 1) await abandon(`job-${i}`, { retries_left: '1' })
  t.match(await sweep({ limit: 3 }), { jobs: [], reserved: 3, pending: 3 })
  let recovered = 0
  await waitFor('all to be recovered', async () => {
    recovered += (await sweep({ limit: 3 })).jobs.length
    return recovered === 7
  })
  t.strictSame(
    (await make.list()).sort(),
    [0, 1, 2, 3, 4, 5, 6].map((i) => `job-${i}`),
  )
})

void t.test('keys of a wrong type hold a job up, and lose nothing', async (t) => {
  await abandon('a', { retries_left: '1' })
  await client.set(keys.queue('q'), 'text')
  t.match(await sweepTwice(), { jobs: [], reserved: 0, pending: 1 })
  await client.del(keys.queue('q'))
  t.strictSame(outcomes(await sweep()), ['a retried'])
  await client.set(keys.started('q'), 'text')
  t.match(await sweep(), { jobs: [], reserved: 0, dropped: 0, pending: 0 }, 'started jobs that are no sorted set')
})

void t.test('a full Redis takes recoveries all the same', async (t) => {
  await abandon('a')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  t.strictSame(outcomes(await sweepTwice()), ['a failed'])
})

void t.test('all keys lie under the prefix', async (t) => {
  const tagged = new Factory(client, '{t}:rq')
  await client.hset(tagged.keys.job('a'), { ...plainFields('q'), status: 'started', started_at: nowIso })
  await client.zadd(tagged.keys.started('q'), 1_000_000, 'a')
  await sweep({}, tagged)
  t.strictSame(outcomes(await sweep({}, tagged)), ['a failed'])
  t.strictSame(
    (await dumpKeys(client)).filter((key) => !key.startsWith('{t}:rq')),
    [],
  )
})
