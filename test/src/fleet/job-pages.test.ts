import t from 'tap'
import { readCursor, writeCursor, type JobCursor } from '../../../src/fleet/job-cursor.js'
import { type PageRequest, readJobPage } from '../../../src/fleet/job-pages.js'
import { jobPlaces } from '../../../src/fleet/job-place.js'
import { createKeys } from '../../../src/redis/keys.js'
import { Store } from '../../../src/redis/store.js'
import { startRedis } from '../../helpers/redis.js'

const keys = createKeys()

async function start(t: Parameters<typeof startRedis>[0]) {
  const redis = await startRedis(t)
  const store = new Store(redis.client, keys)
  const page = (request: Partial<PageRequest>) =>
    readJobPage(store, { queues: [], places: jobPlaces, cursor: undefined, limit: 3, ...request })
  /** All parts, one after another. */
  const all = async (request: Partial<PageRequest> = {}): Promise<string[]> => {
    const found: string[] = []
    for (let cursor: JobCursor | undefined; ;) {
      const part = await page({ ...request, cursor })
      t.ok(part.jobs.length <= (request.limit ?? 3))
      found.push(...part.jobs.map(({ id, queue, place }) => `${queue}/${place}/${id}`))
      if (part.cursor === undefined) return found
      cursor = readCursor(writeCursor(part.cursor))
    }
  }
  return { client: redis.client, page, all }
}

t.test('C5: all lists of all queues, in parts of any size, each entry once', async (t) => {
  const { client, all } = await start(t)
  for (const queue of ['b', 'a']) {
    await client.sadd(keys.queues, keys.queue(queue))
    await client.rpush(keys.queue(queue), 'w1', 'w2', 'w3', 'w4')
    // Times that many share: the order among them is that of their names.
    for (let i = 0; i < 5; i++) await client.zadd(keys.failed(queue), 7, `f${i}`)
    await client.zadd(keys.scheduled(queue), 2, 'later', 1, 'sooner')
    await client.zadd(keys.started(queue), 1, `run:${'a'.repeat(32)}`, 2, 'python')
    await client.zadd(keys.finished(queue), -1, 'for-ever', '+inf', 'endless')
  }
  const lists = (queue: string) =>
    [
      ...['queued/w1', 'queued/w2', 'queued/w3', 'queued/w4', 'started/run', 'started/python', 'scheduled/sooner'],
      ...['scheduled/later', 'failed/f4', 'failed/f3', 'failed/f2', 'failed/f1', 'failed/f0'],
      ...['finished/endless', 'finished/for-ever'],
    ].map((name) => `${queue}/${name}`)
  for (const limit of [1, 2, 3, 7, 100]) t.same(await all({ limit }), [...lists('a'), ...lists('b')], String(limit))
  t.same(await all({ queues: ['b'], places: ['scheduled', 'queued'] }), [
    'b/scheduled/sooner',
    'b/scheduled/later',
    'b/queued/w1',
    'b/queued/w2',
    'b/queued/w3',
    'b/queued/w4',
  ])
  t.same(await all({ queues: ['nowhere'] }), [])
})

t.test('what stays is seen, whatever moves between two parts', async (t) => {
  const { client, page } = await start(t)
  await client.rpush(keys.queue('q'), ...Array.from({ length: 9 }, (_, i) => `w${i}`))
  const first = await page({ queues: ['q'], places: ['queued'] })
  t.same(
    first.jobs.map(({ id }) => id),
    ['w0', 'w1', 'w2'],
  )
  // Workers take two from the front, producers add one.
  await client.lpop(keys.queue('q'), 2)
  await client.rpush(keys.queue('q'), 'w9')
  const { cursor } = first
  t.same(
    (await page({ queues: ['q'], places: ['queued'], cursor })).jobs.map(({ id }) => id),
    ['w3', 'w4', 'w5'],
  )
  // Workers were faster than the reader.
  await client.lpop(keys.queue('q'), 4)
  t.same(
    (await page({ queues: ['q'], places: ['queued'], cursor })).jobs.map(({ id }) => id),
    ['w6', 'w7', 'w8'],
  )

  for (let i = 0; i < 9; i++) await client.zadd(keys.failed('q'), i, `f${i}`)
  const failed = await page({ queues: ['q'], places: ['failed'] })
  t.same(
    failed.jobs.map(({ id }) => id),
    ['f8', 'f7', 'f6'],
  )
  await client.zrem(keys.failed('q'), 'f6', 'f7')
  await client.zadd(keys.failed('q'), 99, 'new')
  const next = await page({ queues: ['q'], places: ['failed'], cursor: failed.cursor })
  t.same(
    next.jobs.map(({ id }) => id),
    ['f5', 'f4', 'f3'],
  )
})

t.test('a cursor of other lists, or of nobody, is refused; keys of another kind are passed over', async (t) => {
  const { client, page, all } = await start(t)
  await client.rpush(keys.queue('q'), 'w1', 'w2', 'w3', 'w4')
  const { cursor } = await page({ queues: ['q'] })
  await t.rejects(page({ queues: ['p'], cursor }), {
    code: 'RQD_BAD_OPTION',
    message: /stands among the queued jobs of queue "q"/,
  })
  await t.rejects(page({ queues: ['q'], places: ['failed'], cursor }), { code: 'RQD_BAD_OPTION' })
  for (const text of ['', 'x', 'e30', Buffer.from('["q","nowhere","e",1]').toString('base64url')]) {
    t.throws(() => readCursor(text), { code: 'RQD_BAD_OPTION' }, text)
  }
  await client.set(keys.failed('q'), 'text')
  t.equal((await all({ queues: ['q'] })).length, 4)
})
