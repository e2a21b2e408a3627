import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, scoreIs, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

const runningKeys = (id: string, execution: string): string[] => [
  keys.started('q'),
  keys.claims('sup'),
  keys.executions(id),
  keys.execution(id, execution),
  keys.workerExecutions('sup.1'),
]

void t.test('an immediate retry goes to the end of its queue with one try less', async (t) => {
  const claim = await make.running('a', { fields: { retries_left: '3' } })
  await make.enqueue('b')
  t.strictSame(await make.retry([claim]), ['retried'])
  t.strictSame(await make.list(), ['b', 'a'])
  t.match(await make.job('a'), { status: 'queued', retries_left: '2', ended_at: laterIso, enqueued_at: laterIso })
  await ttlIs(t, client, keys.job('a'), -1)
  t.equal(await client.exists(...runningKeys('a', claim.execution)), 0)
  t.equal(await client.exists(keys.results('a'), keys.failed('q')), 0, 'a retried exception leaves no result')
  t.match(await client.hgetall(keys.worker('sup.1')), { state: 'idle', failed_job_count: '1' })
})

void t.test('it goes to the front where the job says so, and waits no longer than its ttl', async (t) => {
  const claim = await make.running('a')
  await make.enqueue('b')
  await make.retry([claim], { atFront: 1, ttlSec: 30 })
  t.strictSame(await make.list(), ['a', 'b'])
  await ttlIs(t, client, keys.job('a'), 30)
})

void t.test('how many executors the job has ended is kept with it', async (t) => {
  const claim = await make.running('a')
  await make.retry([claim], { deaths: 2 })
  t.equal((await make.job('a'))['rqd_deaths'], '2')
  const [again] = await make.claim()
  await make.retry([again!])
  t.equal((await make.job('a'))['rqd_deaths'], '2', 'a retry for another reason leaves the count')
})

void t.test('a delayed retry waits among the scheduled jobs', async (t) => {
  const claim = await make.running('a')
  await client.del(keys.queues)
  t.strictSame(await make.retry([claim], { delaySec: 45, ttlSec: 30 }), ['retried'])
  t.strictSame(await make.list(), [])
  await scoreIs(t, client, keys.scheduled('q'), 'a', 45)
  t.match(await make.job('a'), { status: 'scheduled', retries_left: '2', ended_at: laterIso })
  t.ok(await client.sismember(keys.queues, keys.queue('q')), 'schedulers find its queue')
  t.equal(await client.exists(...runningKeys('a', claim.execution)), 0)
})

void t.test('a second call finds the claim gone: nothing is written and nothing is pushed twice', async (t) => {
  const claim = await make.running('a')
  await make.retry([claim])
  const before = await dump(client)
  t.strictSame(await make.retry([claim]), ['lost'])
  t.strictSame(await dump(client), before)
})

void t.test('a claim taken over meanwhile is lost: nothing is written', async (t) => {
  const claim = await make.running('a')
  await client.hdel(keys.claims('sup'), claim.execution)
  const before = await dump(client)
  t.strictSame(await make.retry([claim], { delaySec: 5 }), ['lost'])
  t.strictSame(await dump(client), before)
})

void t.test('a job deleted while it ran is not revived, nor one whose key holds something else', async (t) => {
  const gone = await make.running('gone')
  await make.enqueue(['wrong', 'good'])
  const [wrong, good] = await make.claim()
  await make.start([wrong!, good!])
  await client.del(keys.job('gone'), keys.job('wrong'))
  await client.set(keys.job('wrong'), 'text')
  t.strictSame(await make.retry([gone, wrong!, good!]), ['gone', 'gone', 'retried'])
  t.strictSame(await make.list(), ['good'])
  t.equal(await client.exists(keys.job('gone')), 0)
  t.equal(await client.exists(keys.claims('sup')), 0)
})

void t.test('a queue or schedule that cannot take it refuses the job: it stays held, the others go on', async (t) => {
  await make.register('sup', { queues: ['q', 'other'] })
  await make.enqueue('stuck')
  await make.enqueue('good', { queue: 'other' })
  const claims = await make.claim('sup', ['q', 'other'])
  await make.start(claims)
  await client.set(keys.queue('q'), 'text')
  await client.set(keys.scheduled('q'), 'text')
  const before = await dump(client)
  t.strictSame(await make.retry([claims[0]!]), ['refused'])
  t.strictSame(await make.retry([claims[0]!], { delaySec: 5 }), ['refused'])
  t.strictSame(await dump(client), before)
  t.strictSame(await make.retry(claims), ['refused', 'retried'])
  t.strictSame(await make.list('other'), ['good'])
  await client.del(keys.queue('q'))
  t.strictSame(await make.retry([claims[0]!]), ['retried'], 'once the key is mended it goes')
  t.strictSame(await make.list(), ['stuck'])
})

void t.test('a full Redis does not lose the job', async (t) => {
  const claim = await make.running('a')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const replies = await make.retry([claim])
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(replies, ['retried'])
  t.strictSame(await make.list(), ['a'])
})
