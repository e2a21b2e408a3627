import type { Redis } from 'ioredis'
import { pipelined, readReply } from '../fleet/pipeline.js'
import { readKey } from '../redis/read-key.js'
import type { Keys } from '../redis/keys.js'
import { judgeSupervisor } from './judge-key.js'
import { ENTRIES_AT_ONCE, nextCursor, numberOf, textOf } from './scan.js'
import { step, type Step } from './step.js'
import { suspect } from './suspect.js'

/** A stretch of the set of known queues. */
export async function readQueueSet(redis: Redis, keys: Keys, cursor: string): Promise<Step> {
  const { members, next } = await scanSet(redis, keys.queues, cursor)
  const suspects = members
    .filter((member) => keys.queueName(member) === undefined)
    .map((entry) =>
      suspect({ kind: 'queue-stray', key: keys.queues, entry, place: 'queue', found: 'no key of a queue' }),
    )
  return step({ cursor: next, looked: members.length, total: members.length, suspects })
}

/** A stretch of the set of workers, or of those of one queue. */
export async function readWorkerSet(redis: Redis, keys: Keys, queue: string, cursor: string): Promise<Step> {
  const key = queue === '' ? keys.workers : keys.queueWorkers(queue)
  const { members, next } = await scanSet(redis, key, cursor)
  const deaths = await pipelined(redis, members, 2, (pipeline, member) => {
    pipeline.exists(member).hexists(member, 'death')
  })
  const suspects = members.flatMap((entry, i) => {
    const [exists, death] = deaths[i] ?? []
    const name = keys.workerName(entry)
    if (name !== undefined && numberOf(exists) === 1 && numberOf(death) !== 1) return []
    const found = name === undefined ? 'no key of a worker' : 'it is dead'
    return [suspect({ kind: 'worker-gone', key, id: name ?? '', queue, entry, place: 'worker', found })]
  })
  return step({ cursor: next, looked: members.length, total: members.length, suspects })
}

/** The leases of all supervisors: one a host. */
export async function readSupervisors(redis: Redis, keys: Keys): Promise<Step> {
  const flat = await readKey(
    redis,
    keys.supervisors,
    'the leases of daemons',
    redis.zrange(keys.supervisors, '0', '-1', 'WITHSCORES'),
  )
  const [sec] = await readReply('the clock', redis.time())
  const suspects = flat.flatMap((id, i) =>
    i % 2 === 0 ? judgeSupervisor(id, Number(flat[i + 1]), Number(sec) * 1000, keys) : [],
  )
  return step({ cursor: '', looked: flat.length / 2, total: flat.length / 2, suspects })
}

/** A stretch of our outbox of webhooks. */
export async function readOutbox(redis: Redis, keys: Keys, cursor: string): Promise<Step> {
  const key = keys.webhooks
  const scan = redis.zscan(key, cursor === '' ? '0' : cursor, 'COUNT', ENTRIES_AT_ONCE)
  const [next, flat] = await readKey(redis, key, 'the outbox of webhooks', scan)
  const entries = flat.filter((_, i) => i % 2 === 0)
  const read = await pipelined(redis, entries, 1, (pipeline, entry) => pipeline.type(keys.webhook(entry)))
  const suspects = entries
    .filter((_, i) => textOf(read[i]?.[0]) === 'none')
    .map((entry) => suspect({ kind: 'webhook-gone', key, entry, place: 'webhook', found: 'no webhook of this name' }))
  return step({ cursor: nextCursor(next), looked: entries.length, total: entries.length, suspects })
}

async function scanSet(redis: Redis, key: string, cursor: string): Promise<{ members: string[]; next: string }> {
  const scan = redis.sscan(key, cursor === '' ? '0' : cursor, 'COUNT', ENTRIES_AT_ONCE)
  const [next, members] = await readKey(redis, key, 'a set', scan)
  return { members, next: nextCursor(next) }
}
