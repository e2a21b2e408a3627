import t from 'tap'
import { dump } from '../../../helpers/dump.js'
import { Factory, plainFields, ttlIs } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('a job is its hash, an entry of its list and a known queue, and nothing else', async (t) => {
  t.equal(await make.enqueue('a'), 'enqueued')
  t.equal(await make.enqueue('b'), 'enqueued')
  t.strictSame(await dump(client), {
    'rq:job:a': { type: 'hash', expires: false, content: sorted(plainFields('q')) },
    'rq:job:b': { type: 'hash', expires: false, content: sorted(plainFields('q')) },
    'rq:queue:q': { type: 'list', expires: false, content: ['a', 'b'] },
    'rq:queues': { type: 'set', expires: false, content: ['rq:queue:q'] },
  })
})

void t.test('at the front, a job goes before all that wait', async (t) => {
  await make.enqueue(['a', 'b'])
  await make.enqueue('first', { atFront: true })
  t.strictSame(await make.list(), ['first', 'a', 'b'])
})

void t.test('a ttl makes all three keys of the job expire', async (t) => {
  await client.sadd(keys.dependents('a'), 'child')
  await client.sadd(keys.dependencies('a'), 'parent')
  await make.enqueue('a', { ttlSec: 60 })
  for (const key of [keys.job('a'), keys.dependents('a'), keys.dependencies('a')]) await ttlIs(t, client, key, 60)
  t.equal((await make.job('a'))['ttl'], '60')
  await ttlIs(t, client, keys.queue('q'), -1)
})

void t.test('an id enqueued again loses the TTL of its old hash, keeps unknown fields, and waits twice', async (t) => {
  await client.hset(keys.job('a'), 'theirs', 'kept')
  await client.expire(keys.job('a'), 100)
  await make.enqueue('a')
  await make.enqueue('a')
  await ttlIs(t, client, keys.job('a'), -1)
  t.equal((await make.job('a'))['theirs'], 'kept')
  t.strictSame(await make.list(), ['a', 'a'])
})

void t.test('a unique id that exists writes nothing and is told', async (t) => {
  t.equal(await make.enqueue('a', { unique: true }), 'enqueued')
  const before = await dump(client)
  t.equal(await make.enqueue('a', { unique: true, queue: 'other', fields: { data: '[]' } }), 'exists')
  t.strictSame(await dump(client), before)
})

void t.test('a queue key that holds something else is refused by name and nothing is written', async (t) => {
  await client.set(keys.queue('q'), 'text')
  const before = await dump(client)
  await t.rejects(make.enqueue('a'), {
    code: 'RQD_REDIS',
    message: 'Redis did not enqueue the job "a": WRONGTYPE rq:queue:q holds a string, not a list of job ids',
  })
  t.strictSame(await dump(client), before)
})

void t.test('a job key that holds something else is refused and nothing is written', async (t) => {
  await client.rpush(keys.job('a'), 'x')
  const before = await dump(client)
  await t.rejects(make.enqueue('a'), { code: 'RQD_REDIS', message: /WRONGTYPE rq:job:a holds a list, not a job$/ })
  t.strictSame(await dump(client), before)
})

void t.test('a full Redis refuses the job and nothing is written', async (t) => {
  await make.enqueue('a')
  const before = await dump(client)
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  await t.rejects(make.enqueue('b'), { code: 'RQD_REDIS', message: /OOM/ })
  await client.config('SET', 'maxmemory', '0')
  t.strictSame(await dump(client), before)
})

void t.test('under another prefix, no key of RQ is touched', async (t) => {
  const other = new Factory(client, '{tenant}:rq')
  await other.enqueue('a')
  t.strictSame(Object.keys(await dump(client)), ['{tenant}:rq:job:a', '{tenant}:rq:queue:q', '{tenant}:rq:queues'])
  t.strictSame(await client.smembers('{tenant}:rq:queues'), ['{tenant}:rq:queue:q'])
})

function sorted(fields: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1)))
}
