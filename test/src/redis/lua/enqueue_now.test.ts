import t from 'tap'
import { type EnqueueNowReply, enqueueScheduled } from '../../../../src/redis/schedule-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory, laterIso, plainFields, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

async function schedule(id: string, fromNowSec: number, fields: Record<string, string> = {}): Promise<void> {
  const plain: Record<string, string> = { ...plainFields('q'), status: 'scheduled', enqueued_at: '' }
  await client.hset(keys.job(id), { ...plain, ...fields })
  await client.zadd(keys.scheduled('q'), Number((await client.time())[0]) + fromNowSec, id)
}

function run(...jobIds: string[]): Promise<EnqueueNowReply[]> {
  return enqueueScheduled(client, keys, { queue: 'q', jobIds, nowIso: laterIso })
}

void t.test('scheduled jobs go to the end of their queue at once; others stay on the schedule', async (t) => {
  await make.enqueue('waiting')
  for (const id of ['a', 'b', 'c']) await schedule(id, 3600)
  t.strictSame(await run('b', 'a'), ['queued', 'queued'])
  t.strictSame(await make.list(), ['waiting', 'b', 'a'])
  t.match(await make.job('a'), { status: 'queued', enqueued_at: laterIso })
  t.strictSame(await client.zrange(keys.scheduled('q'), 0, '-1'), ['c'])
  t.ok(await client.sismember(keys.queues, keys.queue('q')))
})

void t.test('at the front for one that was made so, and with the ttl of the job', async (t) => {
  await make.enqueue('waiting')
  await schedule('a', 3600, { enqueue_at_front: '1', ttl: '77' })
  t.strictSame(await run('a'), ['queued'])
  t.strictSame(await make.list(), ['a', 'waiting'])
  await ttlIs(t, client, keys.job('a'), 77)
})

void t.test('what is not on the schedule, or has no data, stays as it is', async (t) => {
  await make.enqueue('waiting')
  await schedule('gone', 3600)
  await client.del(keys.job('gone'))
  const before = await dump(client)
  t.strictSame(await run('waiting', 'never', 'gone'), ['not-scheduled', 'not-scheduled', 'missing'])
  t.strictSame(await dump(client), before)
})

void t.test('one that was canceled leaves the schedule and is not queued', async (t) => {
  await schedule('a', 3600, { status: 'canceled' })
  t.strictSame(await run('a'), ['canceled'])
  t.strictSame(await make.list(), [])
  t.equal(await client.zcard(keys.scheduled('q')), 0)
})

void t.test('one that is due is left to the scheduler that has the lock, and queued if nobody has it', async (t) => {
  await schedule('a', -5)
  await client.set(keys.schedulerLock('q'), '1000')
  const before = await dump(client)
  t.strictSame(await run('a'), ['due'])
  t.strictSame(await dump(client), before)
  await client.del(keys.schedulerLock('q'))
  t.strictSame(await run('a'), ['queued'])
  t.strictSame(await make.list(), ['a'])
})

void t.test('a second call moves nothing', async (t) => {
  await schedule('a', 3600)
  await run('a')
  const before = await dump(client)
  t.strictSame(await run('a'), ['not-scheduled'])
  t.strictSame(await dump(client), before)
})

void t.test('a queue that cannot take them refuses the call: the jobs stay scheduled', async (t) => {
  await schedule('a', 3600)
  await client.set(keys.queue('q'), 'text')
  const before = await dump(client)
  await t.rejects(run('a'), { code: 'RQD_REDIS', message: /enqueue_now: WRONGTYPE rq:queue:q holds a string/ })
  t.strictSame(await dump(client), before)
})
