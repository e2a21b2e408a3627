import t from 'tap'
import { readSchedule, readScheduleCursor, writeScheduleCursor } from '../../../src/fleet/schedule.js'
import { Store } from '../../../src/redis/store.js'
import { createKeys } from '../../../src/redis/keys.js'
import { startRedis } from '../../helpers/redis.js'

const { client } = await startRedis(t)
const keys = createKeys()
const store = new Store(client, keys)
t.beforeEach(async () => {
  await client.flushall()
})

async function schedule(queue: string, dueSec: number, ...ids: string[]): Promise<void> {
  await client.sadd(keys.queues, keys.queue(queue))
  for (const id of ids) {
    await client.hset(keys.job(id), { origin: queue, status: 'scheduled', description: `tasks.run('${id}')` })
    await client.zadd(keys.scheduled(queue), dueSec, id)
  }
}

async function readAll(limit: number, queues: string[] = []): Promise<string[]> {
  const ids: string[] = []
  let cursor = undefined
  do {
    const page: Awaited<ReturnType<typeof readSchedule>> = await readSchedule(store, { queues, limit, cursor })
    t.ok(page.jobs.length <= limit)
    ids.push(...page.jobs.map(({ brief }) => brief.id))
    cursor = page.cursor && readScheduleCursor(writeScheduleCursor(page.cursor))
  } while (cursor !== undefined)
  return ids
}

void t.test('jobs of all queues come in the order in which they are due', async (t) => {
  await schedule('b', 4_000_000_000, 'b1')
  await schedule('a', 4_000_000_001, 'a1')
  await schedule('b', 4_000_000_002, 'b2')
  const { jobs, total, cursor } = await readSchedule(store, { queues: [], limit: 10, cursor: undefined })
  t.strictSame(
    jobs.map(({ brief, dueMs }) => [brief.id, brief.queue, brief.func, dueMs]),
    [
      ['b1', 'b', 'tasks.run', 4_000_000_000_000],
      ['a1', 'a', 'tasks.run', 4_000_000_001_000],
      ['b2', 'b', 'tasks.run', 4_000_000_002_000],
    ],
  )
  t.equal(total, 3)
  t.equal(cursor, undefined)
})

void t.test('parts show each job once, those that are due in the same second too', async (t) => {
  const names = (letter: string): string[] => Array.from({ length: 7 }, (_, i) => `${letter}${i}`)
  await schedule('a', 4_000_000_000, ...names('a'))
  await schedule('b', 4_000_000_000, ...names('b'))
  await schedule('__proto__', 4_000_000_000, ...names('p'))
  await schedule('a', 4_000_000_009, 'last')
  for (const limit of [1, 3, 7, 100]) {
    t.strictSame(await readAll(limit), [...names('p'), ...names('a'), ...names('b'), 'last'], `${limit} at a time`)
  }
  t.strictSame(await readAll(2, ['b']), names('b'))
})

void t.test('queues that no scheduler looks after are named', async (t) => {
  await schedule('held', 4_000_000_000, 'a')
  await schedule('left', 4_000_000_000, 'b')
  await client.sadd(keys.queues, keys.queue('empty'))
  await client.set(keys.schedulerLock('held'), '1000')
  t.strictSame((await readSchedule(store, { queues: [], limit: 10, cursor: undefined })).unattended, ['left'])
})

void t.test('a job without data, and a key that holds something else, hurt nobody else', async (t) => {
  await schedule('a', 4_000_000_000, 'gone')
  await client.del(keys.job('gone'))
  await client.sadd(keys.queues, keys.queue('odd'))
  await client.set(keys.scheduled('odd'), 'text')
  const { jobs, total } = await readSchedule(store, { queues: [], limit: 10, cursor: undefined })
  t.strictSame(
    jobs.map(({ brief }) => [brief.id, brief.isGone]),
    [['gone', true]],
  )
  t.equal(total, 1)
})

void t.test('a cursor that is none is refused', (t) => {
  for (const text of ['', 'rubbish', writeScheduleCursor({ sec: 1, seen: { a: -1 } }), btoa('[1]'), btoa('[1,[2]]')]) {
    t.throws(() => readScheduleCursor(text), { code: 'RQD_BAD_OPTION', message: /cursor is .*; expected the cursor/ })
  }
  t.end()
})
