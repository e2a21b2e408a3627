import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, nowIso, scoreIs, ttlIs, workerTtlSec } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('a finished job is where RQ puts it, and nowhere else', async (t) => {
  const claim = await make.running('a')
  await client.sadd(keys.dependencies('a'), 'parent')
  t.strictSame(await make.finish([claim]), ['finished'])
  t.match(await make.job('a'), {
    status: 'finished',
    started_at: nowIso,
    ended_at: laterIso,
    last_heartbeat: laterIso,
    worker_name: 'sup.1',
  })
  await ttlIs(t, client, keys.job('a'), 500)
  await ttlIs(t, client, keys.dependencies('a'), 500)
  await ttlIs(t, client, keys.results('a'), 500)
  await scoreIs(t, client, keys.finished('q'), 'a', 500)
  const [[, flat] = ['', []]] = await client.xrange(keys.results('a'), '-', '+')
  t.strictSame(Object.fromEntries(flat.map((_, i) => [flat[i], flat[i + 1]]).filter((_, i) => i % 2 === 0)), {
    type: '1',
    worker_name: 'sup.1',
    execution_id: claim.execution,
    execution_started_at: '1795422686.251911',
    execution_ended_at: '1795422687.0',
    return_value: 'Mw==',
  })
  t.match(await client.hgetall(keys.worker('sup.1')), {
    state: 'idle',
    current_job_working_time: '0',
    successful_job_count: '1',
    total_working_time: '0.75',
  })
  t.notOk(await client.hexists(keys.worker('sup.1'), 'current_job'))
  await ttlIs(t, client, keys.worker('sup.1'), workerTtlSec)
  t.strictSame(Object.keys(await dump(client)), [
    'rq:finished:q',
    'rq:job::a:dependencies',
    'rq:job:a',
    'rq:queues',
    'rq:results:a',
    'rq:worker:sup.1',
    'rq:worker:sup.2',
    'rq:workers',
    'rq:workers:q',
    'rqd:supervisor:sup',
    'rqd:supervisors',
  ])
})

void t.test('a second call is told that this very result is stored, and writes nothing', async (t) => {
  const claim = await make.running('a')
  await make.finish([claim])
  const before = await dump(client)
  t.strictSame(await make.finish([claim]), ['repeated'])
  t.strictSame(await dump(client), before)
})

void t.test('a claim that is gone is lost: nothing is written', async (t) => {
  const claim = await make.running('a')
  await client.hdel(keys.claims('sup'), claim.execution)
  const before = await dump(client)
  t.strictSame(await make.finish([claim]), ['lost'])
  t.strictSame(await make.finish([claim], {}, 'another'), ['lost'])
  t.strictSame(await dump(client), before)
})

void t.test('the late result of an older execution is refused once a newer one has ended', async (t) => {
  const zombie = await make.running('a')
  await make.handBack([zombie])
  const [newer] = await make.claim()
  await make.start([newer!])
  t.strictSame(await make.finish([newer!]), ['finished'])
  const before = await dump(client)
  t.strictSame(await make.finish([zombie]), ['lost'])
  t.strictSame(await dump(client), before)
})

void t.test('a job deleted while it ran is not revived', async (t) => {
  const claim = await make.running('a')
  await client.del(keys.job('a'))
  t.strictSame(await make.finish([claim]), ['gone'])
  t.equal(await client.exists(keys.job('a'), keys.results('a'), keys.finished('q'), keys.started('q')), 0)
  t.match(await client.hgetall(keys.worker('sup.1')), { state: 'idle', successful_job_count: '1' })
})

void t.test('no value means no return_value, which RQ reads as None', async (t) => {
  const claim = await make.running('a')
  await make.finish([claim], { value: '' })
  const [[, flat] = ['', []]] = await client.xrange(keys.results('a'), '-', '+')
  t.notOk(flat.includes('return_value'))
})

void t.test('result TTL -1 keeps everything for ever, and lifts a TTL of earlier results', async (t) => {
  const claim = await make.running('a')
  await client.xadd(keys.results('a'), '*', 'type', '2')
  await client.expire(keys.results('a'), 100)
  await make.finish([claim], { resultTtlSec: -1 })
  await ttlIs(t, client, keys.job('a'), -1)
  await ttlIs(t, client, keys.results('a'), -1)
  t.equal(await client.zscore(keys.finished('q'), 'a'), 'inf')
})

void t.test('result TTL 0 deletes the job: no status, no result, no entry', async (t) => {
  const claim = await make.running('a', { fields: { group_id: 'g' } })
  await client.sadd('rq:group:g', 'a', 'b')
  await client.sadd(keys.dependencies('a'), 'parent')
  t.strictSame(await make.finish([claim], { resultTtlSec: 0 }), ['finished'])
  t.strictSame((await client.keys('*')).filter((key) => !key.includes('worker') && !key.startsWith('rqd:')).sort(), [
    'rq:group:g',
    'rq:queues',
  ])
  t.strictSame(await client.smembers('rq:group:g'), ['b'])
})

void t.test('the worker hash of a worker that is gone is not made anew', async (t) => {
  const claim = await make.running('a')
  await client.del(keys.worker('sup.1'))
  t.strictSame(await make.finish([claim]), ['finished'])
  t.equal(await client.exists(keys.worker('sup.1')), 0)
})

void t.test('a result that never was shown as started counts as well', async (t) => {
  const claim = await make.held('a')
  t.strictSame(await make.finish([claim]), ['finished'])
  t.match(await make.job('a'), { status: 'finished', started_at: nowIso })
})

void t.test('each job of a batch gets its own answer', async (t) => {
  await make.register()
  await make.enqueue(['a', 'b', 'c', 'd'])
  const claims = await make.claim()
  await make.start(claims)
  await make.finish([claims[0]!])
  await client.hdel(keys.claims('sup'), claims[1]!.execution)
  await client.del(keys.job('c'))
  t.strictSame(await make.finish(claims), ['repeated', 'lost', 'gone', 'finished'])
})

void t.test('keys of a wrong type spoil nothing for the other jobs of the batch', async (t) => {
  await make.register()
  const ids = ['job', 'results', 'executions', 'dependents', 'good']
  await make.enqueue(ids)
  const claims = await make.claim()
  await make.start(claims)
  for (const key of [keys.job('job'), keys.results('results'), keys.executions('executions')]) {
    await client.del(key)
    await client.set(key, 'text')
  }
  await client.set(keys.dependents('dependents'), 'text')
  const replies = await make.finish(claims)
  t.strictSame(replies, ['gone', 'finished', 'finished', 'finished', 'finished'])
  for (const id of ids.slice(1)) {
    t.equal((await make.job(id))['status'], 'finished', id)
    t.ok(await client.zscore(keys.finished('q'), id), id)
    await ttlIs(t, client, keys.job(id), 500)
  }
  t.equal(await client.exists(keys.claims('sup'), keys.started('q')), 0)
  t.equal(await client.get(keys.job('job')), 'text')
})

void t.test('registries and workers of a wrong type do not keep a job from being finished', async (t) => {
  const claim = await make.running('a')
  for (const key of [keys.finished('q'), keys.started('q'), keys.worker('sup.1'), keys.workerExecutions('sup.1')]) {
    await client.del(key)
    await client.set(key, 'text')
  }
  t.strictSame(await make.finish([claim]), ['finished'])
  t.equal((await make.job('a'))['status'], 'finished')
  await ttlIs(t, client, keys.results('a'), 500)
})

void t.test('a full Redis takes results all the same', async (t) => {
  const claim = await make.running('a')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const replies = await make.finish([claim])
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(replies, ['finished'])
  t.equal(await client.xlen(keys.results('a')), 1)
})

void t.test('the result history is kept short', async (t) => {
  const claim = await make.running('a')
  for (let i = 0; i < 300; i++) await client.xadd(keys.results('a'), '*', 'type', '2')
  await make.finish([claim])
  t.ok((await client.xlen(keys.results('a'))) <= 110)
})

void t.test('a job for which no start was sent needs no marks to be taken back', async (t) => {
  const claim = await make.held('a')
  t.strictSame(await make.finish([claim], { shown: 0 }), ['finished'])
  t.match(await make.job('a'), { status: 'finished', worker_name: 'sup.1' })
  t.match(await client.hgetall(keys.worker('sup.1')), { state: 'idle', successful_job_count: '1' })
  t.equal(await client.exists(keys.claims('sup'), keys.started('q'), keys.executions('a')), 0)
})

void t.test('a worker that has been shown at its next job stays busy with that', async (t) => {
  await make.register()
  await make.enqueue(['a', 'b'])
  const [a, b] = await make.claim()
  await make.start([a!])
  await make.start([b!])
  t.strictSame(await make.finish([a!]), ['finished'])
  t.match(await client.hgetall(keys.worker('sup.1')), {
    state: 'busy',
    current_job: 'b',
    successful_job_count: '1',
    total_working_time: '0.75',
  })
  await make.finish([b!])
  const worker = await client.hgetall(keys.worker('sup.1'))
  t.match(worker, { state: 'idle', successful_job_count: '2', total_working_time: '1.5' })
  t.notOk('current_job' in worker)
})

void t.test('the jobs of a batch are counted for the workers that ran them', async (t) => {
  await make.register()
  await make.enqueue(['a', 'b', 'c'])
  const [a, b, c] = await make.claim()
  const record = (claim: typeof a, worker: string): Parameters<typeof make.store.finish>[2][number] => ({
    execution: claim!.execution,
    jobId: claim!.jobId,
    queue: 'q',
    worker,
    resultTtlSec: 500,
    value: '',
    startedAt: nowIso,
    endedAt: laterIso,
    started: '1.0',
    ended: '2.0',
    workSec: '0.100001',
  })
  const records = [record(a, 'sup.1'), record(b, 'sup.2'), record(c, 'sup.1')]
  t.strictSame(await make.store.finish('sup', workerTtlSec, records), ['finished', 'finished', 'finished'])
  t.match(await client.hgetall(keys.worker('sup.1')), { successful_job_count: '2', total_working_time: '0.200002' })
  t.match(await client.hgetall(keys.worker('sup.2')), { successful_job_count: '1', total_working_time: '0.100001' })
})

void t.test('a first result takes no more memory than it holds; later ones join the history', async (t) => {
  const claim = await make.running('a')
  await make.finish([claim])
  t.ok(Number(await client.memory('USAGE', keys.results('a'))) < 1_500, 'XADD alone sets 4 KB aside')
  await make.enqueue('a')
  const [again] = await make.claim()
  t.strictSame(await make.finish([again!]), ['finished'])
  const entries = await client.xrange(keys.results('a'), '-', '+')
  t.equal(entries.length, 2)
  t.ok(entries[1]![1].includes(again!.execution))
  t.strictSame(
    (await client.keys('rqd:*')).filter((key) => !key.includes('supervisor')),
    [],
    'the key under which it was made is gone',
  )
})

void t.test('whatever lies where a result is made, the result is written', async (t) => {
  const claim = await make.running('a')
  await client.set('rqd:scratch', 'text')
  t.strictSame(await make.finish([claim]), ['finished'])
  t.equal(await client.xlen(keys.results('a')), 1)
  await ttlIs(t, client, keys.results('a'), 500)
})

void t.test('a job that cannot be settled keeps its claim, and so do those after it', async (t) => {
  await make.register()
  await make.enqueue(['a', 'b', 'c'])
  const claims = await make.claim()
  const held = await client.hgetall(keys.claims('sup'))
  const records = claims.map(({ execution, jobId }) => {
    const times = { startedAt: nowIso, endedAt: laterIso, started: '1.0', ended: '2.0' }
    const workSec = jobId === 'b' ? 'no number' : '1'
    return { execution, jobId, queue: 'q', worker: 'sup.1', resultTtlSec: 500, value: '', ...times, workSec }
  })
  await t.rejects(make.store.finish('sup', workerTtlSec, records), { code: 'RQD_REDIS', message: /arithmetic/ })
  const { [claims[0]!.execution]: _done, ...left } = held
  t.strictSame(await client.hgetall(keys.claims('sup')), left)
  t.equal((await make.job('a'))['status'], 'finished')
  t.ok(await client.zscore(keys.finished('q'), 'a'))
  t.equal((await make.job('c'))['status'], 'queued')
  t.strictSame(await make.finish(claims), ['repeated', 'finished', 'finished'])
})

void t.test('J20: a job with repeats left is finished and scheduled in one step, and does not expire', async (t) => {
  const claim = await make.running('a', { fields: { repeats_left: '2', repeat_intervals: '[5, 3000]' } })
  t.strictSame(await make.finish([claim], { repeat: '1 3000 0' }), ['finished'])
  t.match(await make.job('a'), { status: 'scheduled', repeats_left: '1', ended_at: laterIso })
  await scoreIs(t, client, keys.scheduled('q'), 'a', 3000)
  await scoreIs(t, client, keys.finished('q'), 'a', 500)
  await ttlIs(t, client, keys.job('a'), -1)
  await ttlIs(t, client, keys.results('a'), 500)
  t.strictSame(await make.list(), [])
  t.strictSame(await client.keys('rq:wip:*'), [])
})

void t.test('J20: with an interval of 0 it is on its queue again at once', async (t) => {
  const claim = await make.running('a')
  t.strictSame(await make.finish([claim], { repeat: '0 0 60', resultTtlSec: 0 }), ['finished'])
  t.match(await make.job('a'), { status: 'queued', repeats_left: '0', enqueued_at: laterIso })
  await ttlIs(t, client, keys.job('a'), 60)
  t.strictSame(await make.list(), ['a'])
  const [again] = await make.claim()
  t.strictSame(await make.finish([again!]), ['finished'])
  await ttlIs(t, client, keys.job('a'), 500)
  t.strictSame(await make.list(), [])
})

void t.test('a job that was canceled while it ran, or cannot go where it has to, is not repeated', async (t) => {
  const claim = await make.running('a')
  await client.hset(keys.job('a'), 'status', 'canceled')
  t.strictSame(await make.finish([claim], { repeat: '1 0 0' }), ['finished'])
  await make.enqueue('b')
  const [other] = await make.claim()
  await client.set(keys.queue('q'), 'text')
  t.strictSame(await make.finish([other!], { repeat: '1 0 0' }), ['finished'])
  for (const id of ['a', 'b']) {
    t.match(await make.job(id), { status: 'finished' })
    await ttlIs(t, client, keys.job(id), 500)
  }
  t.equal(await client.get(keys.queue('q')), 'text')
})
