import type { ChainableCommander, Redis } from 'ioredis'
import type { Keys } from '../../src/redis/keys.js'

/** Commands in one pipeline. */
const BATCH = 500
const QUEUES = ['high', 'default', 'low', 'bulk'] as const
const ISO = '2026-11-23T08:31:26.251911Z'

/** The hash of a job as RQ writes it. */
export function jobFields(queue: string, status: string, func = 'tasks.add'): Record<string, string> {
  return {
    created_at: ISO,
    enqueued_at: ISO,
    origin: queue,
    status,
    timeout: '180',
    description: `${func}(1, 2)`,
    data: `["${func}", null, [1, 2], {}]`,
  }
}

/** Jobs in all states, as healthy as RQ leaves them. @returns the names of the queues */
export async function fillWithJobs(redis: Redis, keys: Keys, jobs: number): Promise<readonly string[]> {
  const [nowSec] = await redis.time()
  for (let start = 0; start < jobs; start += BATCH) {
    const pipeline = redis.pipeline()
    for (let i = start; i < Math.min(jobs, start + BATCH); i++) addJob(pipeline, keys, i, Number(nowSec))
    await pipeline.exec()
  }
  await redis.sadd(keys.queues, ...QUEUES.map((queue) => keys.queue(queue)))
  return QUEUES
}

function addJob(pipeline: ChainableCommander, keys: Keys, i: number, nowSec: number): void {
  const id = `job-${i}`
  const queue = QUEUES[i % QUEUES.length] ?? 'default'
  const func = i % 3 === 0 ? 'reports.build' : 'mail.send'
  const write = (status: string): void => void pipeline.hset(keys.job(id), jobFields(queue, status, func))
  switch (i % 10) {
    case 0:
    case 1:
    case 2:
      write('finished')
      pipeline.expire(keys.job(id), 3_000).zadd(keys.finished(queue), nowSec + 3_000, id)
      pipeline.xadd(keys.results(id), '*', 'type', '1', 'return_value', 'Mw==').expire(keys.results(id), 3_000)
      return
    case 3:
      write('failed')
      pipeline.expire(keys.job(id), 31_536_000).zadd(keys.failed(queue), nowSec + 31_536_000, id)
      return
    case 4:
      write('scheduled')
      pipeline.zadd(keys.scheduled(queue), nowSec + 86_400, id)
      return
    case 5: {
      // It waits for the queued job that is made next.
      const parent = `job-${i + 1}`
      write('deferred')
      pipeline.hset(keys.job(id), 'dependency_ids', JSON.stringify([parent]), 'dependency_id', parent)
      pipeline.sadd(keys.dependencies(id), parent).sadd(keys.dependents(parent), id)
      pipeline.zadd(keys.deferred(queue), nowSec, id)
      return
    }
    default:
      write('queued')
      pipeline.rpush(keys.queue(queue), id)
  }
}
