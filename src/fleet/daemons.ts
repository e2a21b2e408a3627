import type { Redis } from 'ioredis'
import { RqdError } from '../errors.js'
import { parseIso } from '../job/time.js'
import type { Keys } from '../redis/keys.js'
import { type DaemonSummary, readSummary } from './daemon-summary.js'
import { pipelined, readReply } from './pipeline.js'

/** A daemon as it shows itself in Redis. Null: it has not told, or what is there cannot be read. */
export interface DaemonRow {
  readonly name: string
  /** Id of its lease. Another one each time it starts, and after it was cut off for longer than its lease. */
  readonly supervisor: string
  readonly host: string
  readonly pid: number | null
  readonly version: string
  /** When it registered, epoch milliseconds by the clock of its host. */
  readonly startedMs: number | null
  /** Whether its lease counts: if not, it was killed or is cut off, and others take over its jobs. */
  readonly alive: boolean
  /** Until the lease runs out, or since it did (negative), seconds by the clock of Redis. */
  readonly leaseLeftSec: number
  /** In order of priority. */
  readonly queues: readonly string[]
  /** Whether it takes orders through Redis. */
  readonly takesOrders: boolean
  readonly summary: DaemonSummary | null
}

/**
 * The daemons of a Redis, by name; those that have died and whose jobs nobody has taken over yet are among them. Workers
 * of the library are not: they are workers and nothing else.
 * @throws RqdError RQD_REDIS
 */
export async function listDaemons(redis: Redis, keys: Keys): Promise<DaemonRow[]> {
  const [flat, [seconds, microseconds]] = await Promise.all([
    readReply(`the set of daemons ${keys.supervisors}`, redis.zrange(keys.supervisors, '0', '-1', 'WITHSCORES')),
    readReply('the time of Redis', redis.time()),
  ])
  const nowMs = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  const ids = flat.filter((_, i) => i % 2 === 0)
  const outcomes = await pipelined(redis, ids, 1, (pipeline, id) => pipeline.hgetall(keys.supervisor(id)))
  const rows = ids.flatMap((id, i) => {
    const outcome = outcomes[i]?.[0]
    const hash = outcome?.error === undefined ? outcome?.reply : undefined
    const row = readDaemon(id, hash, Number(flat[2 * i + 1]), nowMs)
    return row === undefined ? [] : [row]
  })
  return rows.sort((a, b) => compare(a.name, b.name) || compare(a.supervisor, b.supervisor))
}

/**
 * The one daemon that a name or the id of its lease means; of several with the name, the one that lives.
 * @throws RqdError RQD_NO_SUCH_DAEMON if there is none, RQD_BAD_OPTION if there are several
 */
export function findDaemon(rows: readonly DaemonRow[], wanted: string): DaemonRow {
  const fitting = rows.filter(({ name, supervisor }) => name === wanted || supervisor === wanted)
  const living = fitting.filter(({ alive }) => alive)
  const [found, other] = living.length > 0 ? living : fitting
  if (found === undefined) {
    const names = [...new Set(rows.filter(({ alive }) => alive).map(({ name }) => name))]
    const there = names.length === 0 ? 'there is none' : `there are ${names.join(', ')}`
    throw new RqdError('RQD_NO_SUCH_DAEMON', `no daemon of this Redis is called ${JSON.stringify(wanted)}; ${there}`)
  }
  if (other !== undefined) {
    const ids = living.map(({ supervisor, host }) => `${supervisor} on ${host}`).join(', ')
    const text = `several daemons are called ${JSON.stringify(wanted)}; name one by the id of its lease: ${ids}`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  return found
}

/** @internal for tests: a row out of a record; undefined if it is no daemon's */
export function readDaemon(
  supervisor: string,
  hash: unknown,
  leaseEndMs: number,
  nowMs: number,
): DaemonRow | undefined {
  const fields = (typeof hash === 'object' && hash !== null ? hash : {}) as Readonly<Record<string, string>>
  const orders = fields['orders']
  if (orders === undefined) return undefined
  const pid = Number(fields['pid'])
  return {
    name: fields['name'] ?? '',
    supervisor,
    host: fields['host'] ?? '',
    pid: Number.isSafeInteger(pid) && pid > 0 ? pid : null,
    version: fields['version'] ?? '',
    startedMs: readTime(fields['born_at']),
    alive: leaseEndMs > nowMs,
    leaseLeftSec: leaseEndMs === 0 ? 0 : (leaseEndMs - nowMs) / 1000,
    queues: readNames(fields['queues']),
    takesOrders: orders === '1',
    summary: readSummary(fields['summary']) ?? null,
  }
}

function readNames(text: string | undefined): string[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}

function readTime(text: string | undefined): number | null {
  try {
    return text === undefined ? null : parseIso(text)
  } catch {
    return null
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
