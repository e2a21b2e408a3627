import t from 'tap'
import { emptyQueue } from '../../../../src/redis/queue-store.js'
import { dump } from '../../../helpers/dump.js'
import { Factory } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('the jobs that wait go with their ids and their lists of dependents, and nothing else does', async (t) => {
  await make.enqueue(['a', 'b'])
  await make.enqueue('elsewhere', { queue: 'other' })
  await client.sadd(keys.dependents('a'), 'child')
  await client.sadd(keys.dependencies('b'), 'parent')
  await client.xadd(keys.results('b'), '*', 'type', '1')
  await client.zadd(keys.failed('q'), 1, 'b')
  t.equal(await emptyQueue(client, keys, 'q', false), 2)
  const kept = [keys.queues, keys.queue('other'), keys.job('elsewhere'), keys.dependencies('b'), keys.results('b')]
  t.strictSame(Object.keys(await dump(client)), [...kept, keys.failed('q')].sort())
  t.strictSame(
    (await client.smembers(keys.queues)).sort(),
    [keys.queue('other'), keys.queue('q')],
    'the queue stays known',
  )
})

void t.test('ids without a job, and keys of another type in place of one, do not stand in the way', async (t) => {
  await make.enqueue('a')
  await client.rpush(keys.queue('q'), 'gone', 'odd', 'a')
  await client.set(keys.job('odd'), 'text')
  t.equal(await emptyQueue(client, keys, 'q', false), 4)
  t.strictSame(Object.keys(await dump(client)), [keys.queues])
})

void t.test('I10: a long queue is emptied a few hundred jobs a call', async (t) => {
  await make.enqueue(Array.from({ length: 25 }, (_, i) => `job-${i}`))
  await client.config('RESETSTAT')
  t.equal(await emptyQueue(client, keys, 'q', false, 10), 25)
  t.match(await client.info('commandstats'), /cmdstat_lpop:calls=3,/)
  t.strictSame(await make.list(), [])
})

void t.test('what is put on the queue after the first call stays, and so does the queue', async (t) => {
  await make.enqueue(['a', 'b', 'c', 'd'])
  const emptied = emptyQueue(client, keys, 'q', true, 2)
  // Sent behind the first call, on the same connection.
  await Promise.all([emptied, make.enqueue(['late', 'later'])])
  t.equal(await emptied, 4)
  t.strictSame(await make.list(), ['late', 'later'])
  t.strictSame(await client.smembers(keys.queues), [keys.queue('q')])
})

void t.test('where it is to be forgotten, the queue is no longer known', async (t) => {
  await make.enqueue(['a', 'b', 'c'])
  t.equal(await emptyQueue(client, keys, 'q', true, 2), 3)
  t.strictSame(await dump(client), {})
  t.equal(await emptyQueue(client, keys, 'q', true), 0, 'a second time changes nothing')
})

void t.test('keys of another type are refused by name, and nothing is written', async (t) => {
  await client.set(keys.queue('odd'), 'text')
  await t.rejects(emptyQueue(client, keys, 'odd', false), {
    code: 'RQD_REDIS',
    message: /empty_queue: WRONGTYPE rq:queue:odd holds a string, not a list of job ids/,
  })
  await make.enqueue('a')
  await client.del(keys.queues)
  await client.set(keys.queues, 'text')
  const before = await dump(client)
  await t.rejects(emptyQueue(client, keys, 'q', true), { message: /rq:queues holds a string/ })
  t.strictSame(await dump(client), before)
})
