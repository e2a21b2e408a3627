import t from 'tap'
import { Queue } from '../../src/index.js'
import { queueRest } from '../../src/redis/queue-store.js'
import { dump } from '../helpers/dump.js'
import { Factory } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'

// J7: what a queue object tells of its queue, and takes off it.

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const queue = new Queue('q', { connection: client })
t.beforeEach(async () => {
  await client.flushall()
})

void t.test('J7 a queue that nothing was put on is empty, and unknown', async (t) => {
  t.equal(await queue.count(), 0)
  t.equal(await queue.isEmpty(), true)
  t.strictSame(await queue.jobIds(), [])
  t.strictSame(await queue.jobs(), [])
  t.equal(await queue.getJobPosition('a'), undefined)
  t.equal(await queue.remove('a'), false)
  t.equal(await queue.fetchJob('a'), undefined)
  t.equal(await queue.empty(), 0)
  t.equal(await queue.compact(), 0)
  t.equal(await queue.delete(), 0)
  t.strictSame(await Queue.all({ connection: client }), [])
  t.strictSame(await dump(client), {}, 'and looking at it writes nothing')
})

void t.test('J7 count, ids, jobs and positions of what waits, the next one first', async (t) => {
  const first = await queue.enqueue('tasks.add', 1, 2)
  await make.enqueue(['a', 'b', 'c'])
  t.equal(await queue.count(), 4)
  t.equal(await queue.isEmpty(), false)
  t.strictSame(await queue.jobIds(), [first.id, 'a', 'b', 'c'])
  t.strictSame(await queue.jobIds(1, 2), ['a', 'b'])
  t.strictSame(await queue.jobIds(2), ['b', 'c'])
  t.strictSame(await queue.jobIds(2, 99), ['b', 'c'])
  t.strictSame(await queue.jobIds(4), [])
  t.strictSame(await queue.jobIds(0, 0), [])
  t.match(await queue.jobs(0, 2), [
    { id: first.id, funcName: 'tasks.add' },
    { id: 'a', status: 'queued' },
  ])
  t.equal(await queue.getJobPosition(first), 0)
  t.equal(await queue.getJobPosition('c'), 3)
  t.equal(await queue.getJobPosition('d'), undefined)
})

void t.test('J7 a queue of any length is read in steps', async (t) => {
  const ids = Array.from({ length: 25 }, (_, i) => `job-${i}`)
  await client.rpush(keys.queue('q'), ...ids)
  for (const size of [1, 7, 24, 25, 26]) t.strictSame(await queueRest(client, keys, 'q', 0, size), ids)
  t.strictSame(await queueRest(client, keys, 'q', 3, 10), ids.slice(3))
})

void t.test(
  'J7 while workers take jobs and others are appended, none that waits is missed, none is told twice',
  async (t) => {
    const ids = Array.from({ length: 30 }, (_, i) => `job-${i}`)
    await client.rpush(keys.queue('q'), ...ids)
    const reading = queueRest(client, keys, 'q', 0, 10)
    // On the same connection, between the first and the second page.
    await Promise.all([reading, client.lpop(keys.queue('q'), 5), client.rpush(keys.queue('q'), 'new-1', 'new-2')])
    t.strictSame(await reading, ids.slice(5))
  },
)

void t.test('J7 numbers that make no sense are refused by name', async (t) => {
  await t.rejects(queue.jobIds(-1), {
    code: 'RQD_BAD_OPTION',
    message: 'offset is -1; expected a whole number of at least 0',
  })
  await t.rejects(queue.jobIds(0, -2), { code: 'RQD_BAD_OPTION', message: /length is -2; expected .* at least -1/ })
  await t.rejects(queue.jobs(0.5), { code: 'RQD_BAD_OPTION', message: /offset is 0\.5/ })
})

void t.test('J7 fetchJob gives a job of this queue in any state, and none of another', async (t) => {
  await make.running('a')
  await make.enqueue('b', { queue: 'other' })
  await client.hset(keys.job('bare'), 'data', '[]')
  t.match(await queue.fetchJob('a'), { id: 'a', status: 'started' })
  t.equal(await queue.fetchJob('b'), undefined)
  t.equal(await queue.fetchJob('bare'), undefined, 'one without origin belongs to no queue')
  t.equal(await queue.fetchJob('never'), undefined)
})

void t.test('J7 I9 jobs that are gone, foreign or unreadable do not hide the others', async (t) => {
  await make.enqueue(['a', 'gone', 'bad', 'odd', 'b'])
  await client.del(keys.job('gone'), keys.job('odd'))
  await client.hset(keys.job('bad'), 'timeout', '5m')
  await client.set(keys.job('odd'), 'text')
  await make.enqueue('c', { fields: { origin: 'other' } })
  t.equal(await queue.count(), 6)
  t.strictSame(
    (await queue.jobs()).map(({ id }) => id),
    ['a', 'b'],
  )
  await t.rejects(queue.fetchJob('bad'), { code: 'RQD_MALFORMED_JOB', message: /timeout.*"5m"/ })
  await t.rejects(queue.fetchJob('odd'), { code: 'RQD_MALFORMED_JOB', message: /"odd".*rq:job:odd is no hash/ })
})

void t.test('J7 remove takes one copy of the id off the queue, and leaves the job', async (t) => {
  await make.enqueue(['a', 'b'])
  await client.rpush(keys.queue('q'), 'a')
  const [job] = await queue.jobs()
  t.equal(await queue.remove(job!), true)
  t.strictSame(await queue.jobIds(), ['b', 'a'])
  t.match(await make.job('a'), { status: 'queued' })
  t.equal(await queue.remove('never'), false)
})

void t.test('J7 empty deletes what waits; the queue stays known', async (t) => {
  await make.enqueue(['a', 'b'])
  t.equal(await queue.empty(), 2)
  t.equal(await client.exists(keys.job('a'), keys.job('b'), keys.queue('q')), 0)
  t.match(await Queue.all({ connection: client }), [{ name: 'q' }])
})

void t.test('J7 delete forgets the queue, with its jobs or without', async (t) => {
  await make.enqueue(['a', 'b'])
  t.equal(await queue.delete({ deleteJobs: false }), 2)
  t.strictSame(Object.keys(await dump(client)), [keys.job('a'), keys.job('b')])
  await make.enqueue(['a', 'b'])
  t.equal(await queue.delete(), 2)
  t.strictSame(await dump(client), {})
})

void t.test('J7 compact drops the ids of jobs that are gone', async (t) => {
  await make.enqueue(['a', 'b', 'c'])
  await client.del(keys.job('b'))
  t.equal(await queue.compact(), 1)
  t.strictSame(await queue.jobIds(), ['a', 'c'])
})

void t.test('J7 all known queues, by name, with the options that were given', async (t) => {
  for (const name of ['low', 'high']) await make.enqueue(`job-${name}`, { queue: name })
  await client.sadd(keys.queues, 'rubbish', keys.queue('a,b'), keys.intermediate('low'), keys.queue(''))
  const queues = await Queue.all({ connection: client, serializer: 'pickle' })
  t.strictSame(queues.map(String), ['<Queue high>', '<Queue low>'])
  const job = await queues[0]!.enqueue('tasks.add', 1)
  t.equal((await client.hgetBuffer(keys.job(job.id), 'data'))![0], 0x78)
  t.strictSame(await Queue.all({ connection: client, prefix: 'elsewhere' }), [])
})

void t.test('J7 queues are equal that have the same key', (t) => {
  t.equal(queue.equals(new Queue('q', { connection: client, serializer: 'pickle' })), true)
  t.equal(queue.equals(new Queue('r', { connection: client })), false)
  t.equal(queue.equals(new Queue('q', { connection: client, prefix: 'x' })), false)
  t.equal(queue.key, keys.queue('q'))
  t.equal(queue.toString(), '<Queue q>')
  t.end()
})

void t.test('J7 a key of another type is refused by name', async (t) => {
  await client.set(keys.queue('q'), 'text')
  const problem = { code: 'RQD_REDIS', message: /rq:queue:q.* holds a string, not a list of job ids/ }
  const looks: (() => Promise<unknown>)[] = [
    () => queue.count(),
    () => queue.isEmpty(),
    () => queue.jobIds(),
    () => queue.jobIds(0, 5),
    () => queue.jobs(),
    () => queue.getJobPosition('a'),
    () => queue.remove('a'),
    () => queue.empty(),
    () => queue.delete(),
    () => queue.delete({ deleteJobs: false }),
    () => queue.compact(),
  ]
  for (const look of looks) await t.rejects(look(), problem)
  t.equal(await client.get(keys.queue('q')), 'text')
})
