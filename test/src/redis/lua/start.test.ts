import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, markSec, nowIso, scoreIs, ttlIs, workerTtlSec } from '../../../helpers/factory.js'
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
