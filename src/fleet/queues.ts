import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'
import { type Outcome, pipelined, readReply } from './pipeline.js'

/** How many jobs of a queue are where. Null: the key holds something else. */
export interface QueueCounts {
  readonly queue: string
  readonly queued: number | null
  readonly started: number | null
  readonly finished: number | null
  readonly failed: number | null
  readonly deferred: number | null
  readonly scheduled: number | null
  readonly canceled: number | null
}

/** What the set of known queues holds. */
export interface KnownQueues {
  /** Sorted by name. */
  readonly names: string[]
  /** Members that are no queue's key: RQ's own viewers crash on them. */
  readonly strangers: string[]
}

/** Names of all known queues, sorted. */
export async function listQueues(redis: Redis, keys: Keys): Promise<string[]> {
  return (await readKnownQueues(redis, keys)).names
}

/** Names of all known queues, and what else is in their set. @throws RqdError RQD_REDIS */
export async function readKnownQueues(redis: Redis, keys: Keys): Promise<KnownQueues> {
  const members = await readReply(`the set of queues ${keys.queues}`, redis.smembers(keys.queues))
  const names: string[] = []
  const strangers: string[] = []
  for (const member of members) {
    const name = keys.queueName(member)
    if (name === undefined) strangers.push(member)
    else names.push(name)
  }
  return { names: names.sort(), strangers: strangers.sort() }
}

/** Counts of each queue, in the order given. @throws RqdError RQD_REDIS if the connection failed. */
export async function queueCounts(redis: Redis, keys: Keys, queues: readonly string[]): Promise<QueueCounts[]> {
  const outcomes = await pipelined(redis, queues, 7, (pipeline, queue) => {
    pipeline
      .llen(keys.queue(queue))
      .zcard(keys.started(queue))
      .zcard(keys.finished(queue))
      .zcard(keys.failed(queue))
      .zcard(keys.deferred(queue))
      .zcard(keys.scheduled(queue))
      .zcard(keys.canceled(queue))
  })
  return queues.map((queue, i) => {
    const [queued, started, finished, failed, deferred, scheduled, canceled] = (outcomes[i] ?? []).map(countOf)
    return {
      queue,
      queued: queued ?? null,
      started: started ?? null,
      finished: finished ?? null,
      failed: failed ?? null,
      deferred: deferred ?? null,
      scheduled: scheduled ?? null,
      canceled: canceled ?? null,
    }
  })
}

function countOf(outcome: Outcome): number | null {
  return outcome.error === undefined && typeof outcome.reply === 'number' ? outcome.reply : null
}
