import type { Redis } from 'ioredis'
import { pipelined } from '../fleet/pipeline.js'
import { readKey } from '../redis/read-key.js'
import type { Keys } from '../redis/keys.js'
import { judgeIntermediate, judgeListed, type EntryFacts } from './judge-entry.js'
import { ENTRIES_AT_ONCE, numberOf, textOf } from './scan.js'
import { step, type Step } from './step.js'

/** More than this never lies on an intermediate list, unless something is very wrong: the rest comes another time. */
const MOST_INTERMEDIATE = 5_000

/**
 * A stretch of a queue, from its end on: workers, which take from the front, move none past the reader. The cursor is
 * how many have been passed.
 */
export async function readQueue(redis: Redis, keys: Keys, queue: string, cursor: string): Promise<Step> {
  const key = keys.queue(queue)
  const passed = Number(cursor)
  const range = redis.lrange(key, -passed - ENTRIES_AT_ONCE, -passed - 1)
  const ids = await readKey(redis, key, 'a list of job ids', range)
  const total = await readKey(redis, key, 'a list of job ids', redis.llen(key))
  const facts = await readStatuses(redis, keys, ids)
  return step({
    cursor: ids.length < ENTRIES_AT_ONCE ? '' : String(passed + ids.length),
    looked: ids.length,
    total,
    ids,
    list: key,
    suspects: facts.flatMap((each) => judgeListed(each, queue, keys)),
  })
}

/** What lies between a queue and Python's workers: some at a time. */
export async function readIntermediate(redis: Redis, keys: Keys, queue: string): Promise<Step> {
  const key = keys.intermediate(queue)
  const ids = await readKey(redis, key, 'a list of job ids', redis.lrange(key, 0, MOST_INTERMEDIATE - 1))
  const facts = await readStatuses(redis, keys, [...new Set(ids)])
  const suspects = facts.flatMap((each) => judgeIntermediate(each, queue, keys))
  return step({ cursor: '', looked: ids.length, total: ids.length, suspects })
}

/** Status of each job; null where it is gone, empty where its hash does not say. */
export async function readStatuses(redis: Redis, keys: Keys, ids: readonly string[]): Promise<EntryFacts[]> {
  const read = await pipelined(redis, ids, 2, (pipeline, id) => {
    pipeline.exists(keys.job(id)).hget(keys.job(id), 'status')
  })
  return ids.map((id, i) => {
    const [exists, status] = read[i] ?? []
    return { id, status: numberOf(exists) === 1 ? (textOf(status) ?? '') : null }
  })
}
