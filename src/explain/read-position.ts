import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'
import { parseIso } from '../job/time.js'
import type { PositionFacts } from './facts.js'
import { soft } from './soft.js'

/** Ids that one search of an end of a list passes: about a millisecond of Redis. */
const MOST_SEARCHED = 100_000
/** Ids that are read where the job should be, and those whose times are asked for on the way there. */
const WINDOW = 1_000
const PROBE = 5
/** Halvings: enough for more ids than fit into memory. */
const MOST_STEPS = 40

export interface PositionOptions {
  /** When it was last put on the queue: where it lies in the middle of a long one. */
  readonly enqueuedAtMs?: number | undefined
  /** For tests. */
  readonly mostSearched?: number
  readonly window?: number
}

/**
 * Where a job is on the list of a queue. The list is searched from both ends, 100,000 ids each. In a longer one, the
 * rest is halved by the times at which its jobs were enqueued, which rise from front to end, and the ids around the place
 * that is found are read. So a queue of a million costs three milliseconds of Redis and a dozen round trips; only a job
 * in the middle of such a queue that lies where its time does not put it is not found: `isThere` is null.
 * @throws RqdError RQD_REDIS
 */
export async function readPosition(
  redis: Redis,
  keys: Keys,
  queue: string,
  jobId: string,
  { enqueuedAtMs, mostSearched = MOST_SEARCHED, window = WINDOW }: PositionOptions = {},
): Promise<PositionFacts> {
  const key = keys.queue(queue)
  const [length, first, last] = await Promise.all([
    soft(redis.llen(key)),
    soft(redis.lpos(key, jobId, 'MAXLEN', mostSearched)),
    soft(redis.lpos(key, jobId, 'RANK', -1, 'MAXLEN', mostSearched)),
  ])
  if (length === undefined) return { isThere: false, ahead: null, isTwice: false, length: null }
  const found = first ?? last ?? null
  if (found !== null) {
    return {
      isThere: true,
      ahead: found,
      isTwice: typeof first === 'number' && typeof last === 'number' && first !== last,
      length,
    }
  }
  if (length <= 2 * mostSearched) return { isThere: false, ahead: null, isTwice: false, length }
  const bounds = { from: mostSearched, to: length - mostSearched }
  const ahead = await findByTime(redis, keys, key, jobId, { ...bounds, enqueuedAtMs, window })
  return { isThere: ahead === null ? null : true, ahead, isTwice: false, length }
}

async function findByTime(
  redis: Redis,
  keys: Keys,
  key: string,
  jobId: string,
  search: { from: number; to: number; enqueuedAtMs: number | undefined; window: number },
): Promise<number | null> {
  const { enqueuedAtMs, window } = search
  if (enqueuedAtMs === undefined) return null
  let { from, to } = search
  for (let step = 0; to - from > window && step < MOST_STEPS; step++) {
    const middle = Math.floor((from + to) / 2)
    const ids = (await soft(redis.lrange(key, middle, middle + PROBE - 1))) ?? []
    const times = await Promise.all(ids.map((id) => soft(redis.hget(keys.job(id), 'enqueued_at'))))
    const timeMs = times.map(timeOf).find((time) => time !== undefined)
    if (timeMs === undefined) return null
    if (timeMs < enqueuedAtMs) from = middle
    else to = middle
  }
  // Workers take from the front meanwhile, and many jobs may have one time.
  const start = Math.max(0, from - window)
  const ids = (await soft(redis.lrange(key, start, to + window))) ?? []
  const at = ids.indexOf(jobId)
  return at === -1 ? null : start + at
}

function timeOf(text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined
  try {
    return parseIso(text)
  } catch {
    return undefined
  }
}
