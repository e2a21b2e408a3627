/** What is on a queue: reads, and the transitions of a queue as a whole. Each call of Redis is bounded (I10). */
import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { readKey } from './read-key.js'
import { asInteger, asList, runScript } from './script.js'
import { scripts } from './scripts.js'

/** Ids that one call reads, deletes or looks at. */
const PAGE = 1_000
const MOST_DELETED = 200
const MOST_LOOKED_AT = 300

const LIST = 'a list of job ids'

/** How many ids are on a queue. @throws RqdError RQD_REDIS */
export function queueLength(redis: Redis, keys: Keys, queue: string): Promise<number> {
  const key = keys.queue(queue)
  return readKey(redis, key, LIST, redis.llen(key))
}

/** `length` ids from `offset` on, in their order, in one call. @throws RqdError RQD_REDIS */
export async function queueSlice(
  redis: Redis,
  keys: Keys,
  queue: string,
  slice: { offset: number; length: number },
): Promise<string[]> {
  if (slice.length === 0) return []
  const key = keys.queue(queue)
  return readKey(redis, key, LIST, redis.lrange(key, slice.offset, slice.offset + slice.length - 1))
}

/**
 * All ids from `offset` on, in their order. They are read in pages from the end, so that workers, which take from the
 * front, move none past the reader; ids that come again because others were appended meanwhile are left out.
 * @throws RqdError RQD_REDIS
 */
export async function queueRest(
  redis: Redis,
  keys: Keys,
  queue: string,
  offset = 0,
  pageSize = PAGE,
): Promise<string[]> {
  const key = keys.queue(queue)
  const pages: string[][] = []
  const seen = new Set<string>()
  for (let passed = 0; ; passed += pageSize) {
    const page = await readKey(redis, key, LIST, redis.lrange(key, -passed - pageSize, -passed - 1))
    pages.push(page.filter((id) => !seen.has(id)))
    for (const id of page) seen.add(id)
    if (page.length < pageSize) return pages.reverse().flat().slice(offset)
  }
}

/** Where a job is on a queue, from 0; undefined if it is not there. Redis walks the queue. @throws RqdError RQD_REDIS */
export async function queuePosition(
  redis: Redis,
  keys: Keys,
  queue: string,
  jobId: string,
): Promise<number | undefined> {
  const key = keys.queue(queue)
  return (await readKey(redis, key, LIST, redis.lpos(key, jobId))) ?? undefined
}

/** Take a job's id off a queue, once, as RQ does: nothing else changes. @returns whether it was there */
export async function removeFromQueue(redis: Redis, keys: Keys, queue: string, jobId: string): Promise<boolean> {
  const key = keys.queue(queue)
  return (await readKey(redis, key, LIST, redis.lrem(key, 1, jobId))) > 0
}

/**
 * Delete the jobs that wait on a queue, and their ids.
 * @param forget drop the queue from the known ones, unless something was put on it meanwhile
 * @returns how many ids were taken off
 * @throws RqdError RQD_REDIS
 */
export async function emptyQueue(
  redis: Redis,
  keys: Keys,
  queue: string,
  forget: boolean,
  step = MOST_DELETED,
): Promise<number> {
  const call = (limit: number): Promise<{ taken: number; left: number }> =>
    emptyQueueStep(redis, keys, queue, limit, forget)
  // What comes after the first call is left alone, so that producers cannot keep this going for ever.
  let { taken: deleted, left: waiting } = await call(step)
  while (waiting > 0) {
    const { taken, left } = await call(Math.min(step, waiting))
    deleted += taken
    waiting = Math.min(waiting - taken, left)
  }
  return deleted
}

/** Delete the first `limit` jobs that wait on a queue. @returns ids taken off, and left. @throws RqdError RQD_REDIS */
export async function emptyQueueStep(
  redis: Redis,
  keys: Keys,
  queue: string,
  limit: number,
  forget = false,
): Promise<{ taken: number; left: number }> {
  const reply = await runScript(redis, scripts.emptyQueue, {
    keys: { queueKey: keys.queue(queue), queues: keys.queues },
    args: { prefix: keys.prefix, limit, forget: forget ? 1 : 0 },
  })
  const [taken = 0, left = 0] = asList(reply).map(asInteger)
  return { taken, left }
}

/** Drop a queue and its ids; the jobs stay. @returns how many ids were on it. @throws RqdError RQD_REDIS */
export async function deleteQueue(redis: Redis, keys: Keys, queue: string): Promise<number> {
  const call = { keys: { queueKey: keys.queue(queue), queues: keys.queues }, args: {} }
  return asInteger(await runScript(redis, scripts.deleteQueue, call))
}

/**
 * Drop the ids whose job is gone. The others stay on the queue, in their order, all the time.
 * @returns how many ids were dropped
 * @throws RqdError RQD_REDIS
 */
export async function compactQueue(redis: Redis, keys: Keys, queue: string, step = MOST_LOOKED_AT): Promise<number> {
  let removed = 0
  let length = Infinity
  // From the end, since workers take from the front; not beyond what was there at first, since producers append.
  for (let passOver = 0; passOver < length;) {
    const reply = await runScript(redis, scripts.compactQueue, {
      keys: { queueKey: keys.queue(queue) },
      args: { prefix: keys.prefix, passOver, limit: step },
    })
    const [dropped = 0, looked = 0, before = 0] = asList(reply).map(asInteger)
    removed += dropped
    passOver += looked - dropped
    length = Math.min(length, before - dropped)
    if (looked < step) break
  }
  return removed
}
