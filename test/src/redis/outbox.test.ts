import type { Redis } from 'ioredis'
import t from 'tap'
import type { RqdError } from '../../../src/errors.js'
import { Queue } from '../../../src/queue.js'
import { createKeys } from '../../../src/redis/keys.js'
import { MAX_CALL_JOBS, outboxOf } from '../../../src/redis/outbox.js'
import { Store } from '../../../src/redis/store.js'
import { startRedis } from '../../helpers/redis.js'

const server = await startRedis(t)
const { client } = server
const keys = createKeys()
t.beforeEach(async () => {
  await client.flushall()
})

const open = (name = 'default', connection: Redis = client, prefix = 'rq'): Queue =>
  new Queue(name, { connection, prefix })
const idsOn = (name = 'default'): Promise<string[]> => client.lrange(keys.queue(name), 0, -1)
const numbers = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i))

/** How many calls of scripts Redis has run while `during` lasted. */
async function callsOf(during: () => Promise<unknown>): Promise<number> {
  await client.config('RESETSTAT')
  await during()
  const stats = await client.info('commandstats')
  return [...stats.matchAll(/^cmdstat_eval(?:sha)?:calls=(\d+)/gm)].reduce((sum, [, calls]) => sum + Number(calls), 0)
}

void t.test(
  'what is enqueued in one turn goes out in one call, on whatever queue, in the order of the calls',
  async (t) => {
    await open().enqueue('tasks.first')
    await client.del(keys.queue('default'))
    const [one, other, same] = [open(), open('low'), open()]
    const calls = await callsOf(() =>
      Promise.all(numbers(60).map((jobId, i) => [one, other, same][i % 3]!.enqueueCall({ func: 'tasks.add', jobId }))),
    )
    t.equal(calls, 1)
    t.strictSame(
      await idsOn(),
      numbers(60).filter((_, i) => i % 3 !== 1),
    )
    t.strictSame(
      await idsOn('low'),
      numbers(60).filter((_, i) => i % 3 === 1),
    )
  },
)

void t.test('calls of different turns do not wait for each other', async (t) => {
  const queue = open()
  await queue.enqueue('tasks.first')
  const calls = await callsOf(async () => {
    for (let i = 0; i < 5; i++) await queue.enqueue('tasks.add', i)
  })
  t.equal(calls, 5)
})

void t.test('a large burst is several calls, and a slow answer to one holds up no other', async (t) => {
  await open().enqueue('tasks.first')
  await client.del(keys.queue('default'))
  const count = 3 * MAX_CALL_JOBS + 1
  const calls = await callsOf(() =>
    Promise.all(numbers(count).map((jobId) => open().enqueueCall({ func: 'tasks.add', jobId }))),
  )
  t.equal(calls, 4)
  t.strictSame(await idsOn(), numbers(count))
})

void t.test('the order stays also where the server does not know the script', async (t) => {
  const connection = server.connect()
  await client.script('FLUSH')
  const count = 2 * MAX_CALL_JOBS + 50
  const queue = open('default', connection)
  const sent: Promise<unknown>[] = []
  for (const [i, jobId] of numbers(count).entries()) {
    sent.push(queue.enqueueCall({ func: 'tasks.add', jobId }))
    // Some in later turns, while the first call is on its way.
    if (i % 100 === 99) await connection.ping()
  }
  await Promise.all(sent)
  t.strictSame(await idsOn(), numbers(count))
})

void t.test('a job that Redis refuses fails its own caller only', async (t) => {
  await client.set(keys.queue('broken'), 'text')
  await client.rpush(keys.job('taken'), 'x')
  const results = await Promise.allSettled([
    open().enqueueCall({ func: 'tasks.add', jobId: 'a' }),
    open('broken').enqueueCall({ func: 'tasks.add', jobId: 'b' }),
    open().enqueueCall({ func: 'tasks.add', jobId: 'taken' }),
    open().enqueueCall({ func: 'no name', jobId: 'c' }),
    open().enqueueCall({ func: 'tasks.add', jobId: 'd' }),
  ])
  const outcomes = results.map((result) =>
    result.status === 'fulfilled' ? result.value.id : (result.reason as RqdError).message,
  )
  t.match(outcomes, [
    'a',
    'Redis did not enqueue the job "b": WRONGTYPE rq:queue:broken holds a string, not a list of job ids',
    'Redis did not enqueue the job "taken": WRONGTYPE rq:job:taken holds a list, not a job',
    /^function "no name"/,
    'd',
  ])
  t.strictSame(await idsOn(), ['a', 'd'])
  t.equal(await client.exists(keys.job('b'), keys.job('c')), 0)
})

void t.test('an error of the whole call reaches every caller', async (t) => {
  await open().enqueue('tasks.first')
  await client.config('SET', 'maxmemory', '1')
  t.teardown(() => client.config('SET', 'maxmemory', '0'))
  const results = await Promise.allSettled(numbers(3).map(() => open().enqueue('tasks.add')))
  await client.config('SET', 'maxmemory', '0')
  for (const result of results) t.match(result, { status: 'rejected', reason: { code: 'RQD_REDIS', message: /OOM/ } })
  t.equal((await idsOn()).length, 1)
})

void t.test('a connection that is lost fails those who wait, and the next calls go out', async (t) => {
  const connection = server.connect()
  await connection.ping()
  connection.disconnect()
  const lost = await Promise.allSettled(numbers(3).map(() => open('default', connection).enqueue('tasks.add')))
  for (const result of lost) t.match(result, { status: 'rejected', reason: { code: 'RQD_REDIS' } })
  await connection.connect()
  await open('default', connection).enqueue('tasks.add')
  t.equal((await idsOn()).length, 1)
})

void t.test('each prefix and each connection has its own', async (t) => {
  const store = new Store(client, keys)
  t.equal(outboxOf(store), outboxOf(new Store(client, createKeys('rq'))))
  t.not(outboxOf(store), outboxOf(new Store(client, createKeys('other'))))
  t.not(outboxOf(store), outboxOf(new Store(server.connect(), keys)))
  await Promise.all([open().enqueue('tasks.add'), open('default', client, 'other').enqueue('tasks.add')])
  t.equal(await client.llen('other:queue:default'), 1)
  t.equal((await idsOn()).length, 1)
})
