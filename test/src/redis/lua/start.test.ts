import t from 'tap'
import { Store } from '../../../../src/redis/store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, markSec, nowIso, scoreIs, ttlIs, workerTtlSec } from '../../../helpers/factory.js'
import { loadGolden } from '../../../helpers/golden.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test("a started job shows in every place where RQ's readers look", async (t) => {
  const claim = await make.held('a')
  t.strictSame(await make.start([claim]), ['started'])
  const { execution } = claim
  t.match(await make.job('a'), {
    status: 'started',
    started_at: nowIso,
    last_heartbeat: nowIso,
    worker_name: 'sup.1',
    origin: 'q',
    timeout: '180',
  })
  await ttlIs(t, client, keys.job('a'), -1)
  t.match(await client.hgetall(keys.execution('a', execution)), {
    id: execution,
    job_id: 'a',
    worker_name: 'sup.1',
    created_at: /^\d{10}\.\d{6}$/,
    last_heartbeat: /^\d{10}\.\d{6}$/,
  })
  await ttlIs(t, client, keys.execution('a', execution), markSec)
  await scoreIs(t, client, keys.executions('a'), execution, markSec + 60)
  await ttlIs(t, client, keys.executions('a'), markSec + 60)
  await scoreIs(t, client, keys.started('q'), `a:${execution}`, markSec)
  t.strictSame(await client.smembers(keys.workerExecutions('sup.1')), [`a:${execution}`])
  await ttlIs(t, client, keys.workerExecutions('sup.1'), markSec + 60)
  t.match(await client.hgetall(keys.worker('sup.1')), {
    state: 'busy',
    current_job: 'a',
    current_job_working_time: '0',
    last_heartbeat: nowIso,
  })
  await ttlIs(t, client, keys.worker('sup.1'), workerTtlSec)
  t.equal(await client.hlen(keys.claims('sup')), 1, 'the claim stands')
})

void t.test('a second call writes the same again', async (t) => {
  const claim = await make.running('a')
  const before = await dump(client)
  t.strictSame(await make.start([claim]), ['started'])
  t.strictSame(Object.keys(await dump(client)), Object.keys(before))
  t.equal(await client.zcard(keys.started('q')), 1)
})

void t.test('what a producer left out is filled in, what it wrote is kept', async (t) => {
  await make.register()
  await client.hset(keys.job('bare'), 'data', '["a.b", null, [], {}]')
  await client.rpush(keys.queue('q'), 'bare')
  await make.enqueue('full', { fields: { origin: 'elsewhere', timeout: '7' } })
  await make.start(await make.claim())
  t.match(await make.job('bare'), { origin: 'q', timeout: '180' })
  t.match(await make.job('full'), { origin: 'elsewhere', timeout: '7' })
})

void t.test('a lost claim writes nothing', async (t) => {
  const claim = await make.held('a')
  await client.hdel(keys.claims('sup'), claim.execution)
  const before = await dump(client)
  t.strictSame(await make.start([claim]), ['lost'])
  t.strictSame(await dump(client), before)
})

void t.test('a job deleted meanwhile is not revived, nor one whose key holds something else', async (t) => {
  const gone = await make.held('gone')
  await make.enqueue(['wrong', 'good'])
  const [wrong, good] = await make.claim()
  await client.del(keys.job('gone'), keys.job('wrong'))
  await client.set(keys.job('wrong'), 'text')
  const before = await dump(client)
  t.strictSame(await make.start([gone, wrong!]), ['gone', 'gone'])
  t.strictSame(await dump(client), before)
  t.strictSame(await make.start([wrong!, good!]), ['gone', 'started'], 'the others of a batch are started')
})

void t.test('each job of a batch gets its own answer', async (t) => {
  const a = await make.held('a')
  await make.enqueue(['b', 'c'])
  const [b, c] = await make.claim()
  await client.hdel(keys.claims('sup'), b!.execution)
  await client.del(keys.job('c'))
  t.strictSame(await make.start([a, b!, c!]), ['started', 'lost', 'gone'])
})

void t.test('a full Redis refuses the mark, and a later call writes it whole', async (t) => {
  const claim = await make.held('a')
  const before = await dump(client)
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  await t.rejects(make.start([claim]), { code: 'RQD_REDIS', message: /OOM/ })
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(await dump(client), before)
  t.strictSame(await make.start([claim]), ['started'])
})

void t.test('beside RQ 1.13, the entry is the bare id, and whoever ends the job takes it back', async (t) => {
  const bare = new Store(client, make.keys, '1.13')
  const claim = await make.held('job')
  const record = { execution: claim.execution, jobId: 'job', queue: 'q', worker: 'sup.1', startedAt: nowIso, markSec }
  t.strictSame(await bare.start('sup', workerTtlSec, [record]), ['started'])
  t.strictSame(await client.zrange(make.keys.started('q'), 0, '-1'), ['job'])
  await client.zadd(make.keys.started('q'), 1_000_000, 'job')
  const beat = { supervisorId: 'sup', leaseMs: 10_000, workerTtlSec, nowIso, queues: ['q'], workers: [] }
  await bare.beat({
    ...beat,
    running: [{ execution: claim.execution, jobId: 'job', queue: 'q', worker: 'sup.1', markSec, workSec: 1 }],
  })
  await scoreIs(t, client, make.keys.started('q'), 'job', markSec)
  // By a store of the other kind.
  t.strictSame(await make.finish([claim]), ['finished'])
  t.equal(await client.exists(make.keys.started('q')), 0)
})

void t.test('the bare entry of another worker is left alone', async (t) => {
  const claim = await make.running('job')
  await client.zadd(make.keys.started('q'), 4_000_000_000, 'job')
  await make.finish([claim])
  t.strictSame(await client.zrange(make.keys.started('q'), 0, '-1'), ['job'])
})

void t.test('the entry has the form of the line of RQ that is chosen', async (t) => {
  for (const [compat, sample] of [
    ['1.13', '1.13--started-busy'],
    ['2.x', '2.10--started-busy'],
    ['mixed', '2.10--started-busy'],
  ] as const) {
    await client.flushall()
    const theirs = loadGolden(sample).keys.get('rq:wip:default')
    if (theirs?.type !== 'zset') throw new Error('the sample has no started job')
    const { execution } = await make.held('busy-1')
    const record = { execution, jobId: 'busy-1', queue: 'q', worker: 'sup.1', startedAt: nowIso, markSec }
    await new Store(client, keys, compat).start('sup', workerTtlSec, [record])
    const shape = (members: readonly string[]): string[] => members.map((each) => each.replace(/:[0-9a-f]{32}$/, ':E'))
    t.strictSame(
      shape(await client.zrange(keys.started('q'), 0, '-1')),
      shape(theirs.members.map(({ member }) => member.toString())),
      compat,
    )
  }
})
