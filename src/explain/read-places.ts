import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'
import type { DependencyFacts, LockFacts, PlaceFacts, RateLimitFacts, TraceFacts } from './facts.js'
import { numberIn, soft, told } from './soft.js'

/** Ids at the ends of a list that are searched where the job is not expected. */
const MOST_SEARCHED = 10_000
const MOST_DEPENDENCIES = 50
const MOST_HOLDERS = 10
const MOST_QUEUES = 100

/** The registries and lists beside a queue that hold a job. @throws RqdError RQD_REDIS */
export async function readPlaces(redis: Redis, keys: Keys, queue: string, jobId: string): Promise<PlaceFacts> {
  const [finished, failed, deferred, scheduled, canceled, ready, intermediate] = await Promise.all([
    soft(redis.zscore(keys.finished(queue), jobId)),
    soft(redis.zscore(keys.failed(queue), jobId)),
    soft(redis.zscore(keys.deferred(queue), jobId)),
    soft(redis.zscore(keys.scheduled(queue), jobId)),
    soft(redis.zscore(keys.canceled(queue), jobId)),
    soft(redis.zscore(keys.ready(queue), jobId)),
    soft(redis.lpos(keys.intermediate(queue), jobId, 'MAXLEN', MOST_SEARCHED)),
  ])
  return {
    finished: numberIn(finished),
    failed: numberIn(failed),
    deferred: numberIn(deferred),
    scheduled: numberIn(scheduled),
    canceled: numberIn(canceled),
    ready: numberIn(ready),
    isIntermediate: typeof intermediate === 'number',
  }
}

/**
 * Where an id lies on any of the known queues, a hundred of them at most, or beside them: the first 10,000 ids of each
 * list are searched. @throws RqdError RQD_REDIS
 */
export async function findTraces(redis: Redis, keys: Keys, jobId: string): Promise<TraceFacts[]> {
  const members = (await soft(redis.srandmember(keys.queues, MOST_QUEUES))) ?? []
  const queues = members.map((member) => keys.queueName(member)).filter((name) => name !== undefined)
  const found = await Promise.all(
    queues.sort().map(async (queue) => {
      const [position, places] = await Promise.all([
        soft(redis.lpos(keys.queue(queue), jobId, 'MAXLEN', MOST_SEARCHED)),
        readPlaces(redis, keys, queue, jobId),
      ])
      const { isIntermediate, ...registries } = places
      const traces: TraceFacts[] = []
      if (typeof position === 'number') traces.push({ queue, place: 'queue' })
      if (isIntermediate) traces.push({ queue, place: 'intermediate' })
      for (const [place, score] of Object.entries(registries) as [Exclude<TraceFacts['place'], 'queue'>, unknown][])
        if (score !== undefined) traces.push({ queue, place })
      return traces
    }),
  )
  return found.flat()
}

/** What a job waits for: fifty jobs at most. @throws RqdError RQD_REDIS */
export async function readDependencies(
  redis: Redis,
  keys: Keys,
  jobId: string,
  named: readonly string[],
): Promise<DependencyFacts[]> {
  const noted = (await soft(redis.srandmember(keys.dependencies(jobId), MOST_DEPENDENCIES))) ?? []
  const ids = [...new Set([...named, ...noted.sort()])].slice(0, MOST_DEPENDENCIES)
  return Promise.all(
    ids.map(async (id) => {
      const [exists, fields, knowsChild] = await Promise.all([
        told(redis.exists(keys.job(id))),
        soft(redis.hmget(keys.job(id), 'status', 'origin')),
        soft(redis.sismember(keys.dependents(id), jobId)),
      ])
      const [status, origin] = fields ?? []
      return {
        jobId: id,
        queue: origin ?? undefined,
        status: exists === 1 ? (status ?? '') : undefined,
        knowsChild: knowsChild === 1,
      }
    }),
  )
}

/** Who moves the scheduled jobs of a queue. @throws RqdError RQD_REDIS */
export async function readLock(redis: Redis, keys: Keys, queue: string): Promise<LockFacts> {
  return { holder: (await soft(redis.get(keys.schedulerLock(queue)))) ?? undefined }
}

/** A rate limit, and whether the job waits for a slot of it. @throws RqdError RQD_REDIS */
export async function readRateLimit(redis: Redis, keys: Keys, limit: string, jobId: string): Promise<RateLimitFacts> {
  const [concurrency, holders, waiting] = await Promise.all([
    soft(redis.hget(keys.rateLimit(limit), 'concurrency')),
    soft(redis.zrange(keys.rateLimitAllowed(limit), 0, String(MOST_HOLDERS - 1))),
    soft(redis.zscore(keys.rateLimitWaiting(limit), jobId)),
  ])
  return {
    key: limit,
    concurrency: numberIn(concurrency),
    holders: holders ?? [],
    isWaiting: typeof waiting === 'string',
  }
}
