import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { emptyTraceback, Factory, nowIso, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

async function failed(...ids: string[]): Promise<void> {
  await make.register()
  await make.enqueue(ids, { fields: { retries_left: '0' } })
  const claims = await make.claim()
  await make.start(claims)
  await make.fail(claims)
}

void t.test('a failed job goes to the end of its queue, fresh and without the TTL of the failure', async (t) => {
  await failed('a')
  await make.enqueue('b')
  t.strictSame(await make.requeue(['a']), ['requeued'])
  t.strictSame(await make.list(), ['b', 'a'])
  t.match(await make.job('a'), {
    status: 'queued',
    started_at: '',
    ended_at: '',
    enqueued_at: nowIso,
    retries_left: '0',
  })
  t.strictSame(await client.hgetBuffer(keys.job('a'), 'exc_info'), emptyTraceback)
  await ttlIs(t, client, keys.job('a'), -1)
  t.equal(await client.zcard(keys.failed('q')), 0)
  t.equal(await client.xlen(keys.results('a')), 1, 'the history stays')
})

void t.test('at the front where asked, and with the ttl of the job', async (t) => {
  await failed('a')
  await client.hset(keys.job('a'), 'ttl', '77')
  await make.enqueue('b')
  await make.requeue(['a'], 'q', true)
  t.strictSame(await make.list(), ['a', 'b'])
  await ttlIs(t, client, keys.job('a'), 77)
})

void t.test('a second call moves nothing', async (t) => {
  await failed('a')
  await make.requeue(['a'])
  const before = await dump(client)
  t.strictSame(await make.requeue(['a']), ['not-failed'])
  t.strictSame(await dump(client), before)
})

void t.test('each id gets its own answer: requeued, not failed, missing', async (t) => {
  await failed('a', 'gone', 'wrong', 'b')
  await client.del(keys.job('gone'), keys.job('wrong'))
  await client.set(keys.job('wrong'), 'text')
  t.strictSame(await make.requeue(['a', 'never', 'gone', 'wrong', 'b', 'a']), [
    'requeued',
    'not-failed',
    'missing',
    'missing',
    'requeued',
    'not-failed',
  ])
  t.strictSame(await make.list(), ['a', 'b'])
  t.equal(await client.zcard(keys.failed('q')), 0, 'entries without a job are removed')
  t.equal(await client.get(keys.job('wrong')), 'text')
  t.equal(await client.exists(keys.job('gone'), keys.job('never')), 0)
})

void t.test('a queue that cannot take them refuses the call: the jobs stay failed', async (t) => {
  await failed('a')
  await client.set(keys.queue('q'), 'text')
  const before = await dump(client)
  await t.rejects(make.requeue(['a']), { code: 'RQD_REDIS', message: /requeue: WRONGTYPE rq:queue:q holds a string/ })
  t.strictSame(await dump(client), before)
})

void t.test('no ids are no call to make: nothing happens', async (t) => {
  t.strictSame(await make.requeue([]), [])
  t.strictSame(await dump(client), {})
})

void t.test('a full Redis does not lose the job', async (t) => {
  await failed('a')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const replies = await make.requeue(['a'])
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(replies, ['requeued'])
  t.strictSame(await make.list(), ['a'])
})

void t.test('a ttl that Redis would not take is none: the job is not lost half way', async (t) => {
  await failed('a', 'b', 'c')
  for (const [id, ttl] of Object.entries({ a: '1.5', b: '1e30', c: 'soon' }))
    await client.hset(keys.job(id), 'ttl', ttl)
  t.strictSame(await make.requeue(['a', 'b', 'c']), ['requeued', 'requeued', 'requeued'])
  t.strictSame(await make.list(), ['a', 'b', 'c'])
  for (const id of ['a', 'b', 'c']) await ttlIs(t, client, keys.job(id), -1)
})
