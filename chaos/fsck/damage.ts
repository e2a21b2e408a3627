import type { Redis } from 'ioredis'
import type { KindName } from '../../src/fsck/kinds.js'
import type { Keys } from '../../src/redis/keys.js'
import { jobFields } from './fill.js'

/** One thing that was broken on purpose. */
export interface Damage {
  readonly kind: KindName
  /** The job, worker, daemon, queue or member that it is about. */
  readonly name: string
}

interface Bed {
  readonly redis: Redis
  readonly keys: Keys
  readonly nowSec: number
  /** Write the hash of a job. */
  readonly job: (id: string, status: string, more?: Record<string, string>) => Promise<unknown>
}

const Q = 'default'
const FAR_SEC = 1_000_000

/** How each kind of damage that can be repaired is done; `name` is unused so far. */
const breakages: Partial<Record<KindName, (bed: Bed, name: string) => Promise<unknown>>> = {
  'queued-nowhere': ({ job }, id) => job(id, 'queued'),
  'started-nowhere': ({ job }, id) => job(id, 'started', { worker_name: 'ghost' }),
  'filed-nowhere': ({ job }, id) => job(id, ['scheduled', 'failed', 'stopped'][id.length % 3] ?? 'failed'),
  abandoned: async ({ redis, keys, nowSec, job }, id) => {
    await job(id, 'started', { worker_name: 'ghost' })
    await redis.zadd(keys.started(Q), nowSec - 600, `${id}:e1`)
  },
  'daemon-dead': async ({ redis, keys, nowSec, job }, name) => {
    const id = `${name}-job`
    await job(id, 'queued')
    await redis.hset(keys.claims(name), 'e1', JSON.stringify({ id, queue: Q, at: 1 }))
    await redis.hset(keys.supervisor(name), { host: 'box', pid: '42' })
    await redis.zadd(keys.supervisors, (nowSec - 60) * 1_000, name)
  },
  'listed-without-job': ({ redis, keys }, id) => redis.rpush(keys.queue(Q), id),
  'listed-canceled': async ({ redis, keys, nowSec, job }, id) => {
    await job(id, 'canceled')
    await redis.rpush(keys.queue(Q), id)
    await redis.zadd(keys.canceled(Q), nowSec, id)
  },
  'listed-twice': async ({ redis, keys, job }, id) => {
    await job(id, 'queued')
    await redis.rpush(keys.queue(Q), id)
    await redis.lpush(keys.queue(Q), id)
  },
  'listed-elsewhere': async ({ redis, keys, job }, id) => {
    await job(id, 'queued')
    await redis.rpush(keys.queue(Q), id)
    await redis.rpush(keys.queue('low'), id)
  },
  'intermediate-leftover': async ({ redis, keys, job }, id) => {
    await job(id, 'queued')
    await redis.rpush(keys.intermediate(Q), id)
  },
  'registered-without-job': ({ redis, keys, nowSec }, id) => redis.zadd(keys.finished(Q), nowSec + FAR_SEC, id),
  'registered-wrongly': async ({ redis, keys, nowSec, job }, id) => {
    await job(id, 'failed')
    await redis.expire(keys.job(id), FAR_SEC)
    await redis.zadd(keys.failed(Q), nowSec + FAR_SEC, id)
    await redis.zadd(keys.deferred(Q), nowSec, id)
  },
  'deferred-for-nothing': async ({ redis, keys, nowSec, job }, id) => {
    const parent = `${id}-parent`
    await job(parent, 'finished')
    await redis.expire(keys.job(parent), FAR_SEC)
    await redis.zadd(keys.finished(Q), nowSec + FAR_SEC, parent)
    await job(id, 'deferred', { dependency_ids: JSON.stringify([parent]), dependency_id: parent })
    await redis.sadd(keys.dependencies(id), parent)
    await redis.zadd(keys.deferred(Q), nowSec, id)
  },
  'dependent-without-job': async ({ redis, keys, job }, id) => {
    await job(id, 'queued')
    await redis.rpush(keys.queue(Q), id)
    await redis.sadd(keys.dependents(id), `${id}-child`)
  },
  'never-expires': async ({ redis, keys, job }, id) => {
    if (id.endsWith('0')) return redis.xadd(keys.results(id), '*', 'type', '1')
    if (id.endsWith('1')) return redis.hset(keys.worker(id), 'last_heartbeat', '2026-11-23T08:31:26.251911Z')
    await job(id, 'finished', { result_ttl: '500' })
    return redis.zadd(keys.finished(Q), FAR_SEC * 10_000, id)
  },
  'worker-gone': ({ redis, keys }, name) => redis.sadd(keys.workers, keys.worker(name)),
  'queue-stray': ({ redis, keys }, name) => redis.sadd(keys.queues, name),
  'queue-unknown': async ({ redis, keys, job }, name) => {
    await job(`${name}-job`, 'queued', { origin: name })
    await redis.rpush(keys.queue(name), `${name}-job`)
  },
  'job-without-data': ({ redis, keys }, id) => redis.hset(keys.job(id), 'last_heartbeat', 'x'),
  'webhook-gone': ({ redis, keys, nowSec }, name) => redis.zadd(keys.webhooks, (nowSec + FAR_SEC) * 1_000, name),
}

/** Do every kind of damage that can be repaired, `each` times. @returns what was done */
export async function doDamage(redis: Redis, keys: Keys, each: number): Promise<Damage[]> {
  const [nowSec] = await redis.time()
  const job: Bed['job'] = (id, status, more) => redis.hset(keys.job(id), { ...jobFields(Q, status), ...more })
  const done: Damage[] = []
  await redis.sadd(keys.queues, keys.queue(Q), keys.queue('low'))
  for (const [kind, damage] of Object.entries(breakages) as [
    KindName,
    (bed: Bed, name: string) => Promise<unknown>,
  ][]) {
    for (let i = 0; i < each; i++) {
      const name = `broken-${kind}-${i}`
      await damage({ redis, keys, nowSec: Number(nowSec), job }, name)
      done.push({ kind, name })
    }
  }
  return done
}
