import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'
import { type Outcome, pipelined, readReply } from './pipeline.js'

/** A stretch of a list: `limit` entries from `offset` on. */
export interface Page {
  readonly offset: number
  readonly limit: number
  /** Latest failures first; otherwise those that expire first. */
  readonly newestFirst?: boolean
}

/** Ids of failed jobs of a queue, one page of them. @throws RqdError RQD_REDIS */
export async function failedJobIds(redis: Redis, keys: Keys, queue: string, page: Page): Promise<string[]> {
  if (page.limit <= 0) return []
  const key = keys.failed(queue)
  const { offset, limit } = page
  const last = offset + limit - 1
  const reply = page.newestFirst === true ? redis.zrevrange(key, offset, last) : redis.zrange(key, offset, String(last))
  return readReply(`the failed jobs ${key}`, reply)
}

/**
 * Ids of all jobs of a queue that are failed now, first those that failed first. They are read in pages from the newest
 * on, so that entries that expire or are requeued meanwhile, which are the oldest, move no other past the reader.
 */
export async function allFailedJobIds(redis: Redis, keys: Keys, queue: string, pageSize = 1_000): Promise<string[]> {
  const ids = new Set<string>()
  for (let offset = 0; ; offset += pageSize) {
    const page = await failedJobIds(redis, keys, queue, { offset, limit: pageSize, newestFirst: true })
    for (const id of page) ids.add(id)
    if (page.length < pageSize) return [...ids].reverse()
  }
}

/** What requeueing a job would do, looked up without changing anything. */
export type FailedJobState = 'failed' | 'not-failed' | 'missing'

/** Whether each id is a failed job of the queue, and still has its hash. In the order given. */
export async function failedJobStates(
  redis: Redis,
  keys: Keys,
  queue: string,
  jobIds: readonly string[],
): Promise<FailedJobState[]> {
  const outcomes = await pipelined(redis, jobIds, 2, (pipeline, id) => {
    pipeline.zscore(keys.failed(queue), id).exists(keys.job(id))
  })
  return outcomes.map(([score, exists]) => {
    if (!answers(score)) return 'not-failed'
    return answers(exists) ? 'failed' : 'missing'
  })
}

function answers(outcome: Outcome | undefined): boolean {
  return (
    outcome?.error === undefined &&
    typeof outcome?.reply !== 'undefined' &&
    outcome.reply !== null &&
    outcome.reply !== 0
  )
}
