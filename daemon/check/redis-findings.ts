import type { Redis } from 'ioredis'
import type { Clock } from '../../src/clock.js'
import { OLDEST_REDIS, atLeast, parseInfo } from '../preflight.js'
import { type Finding, fail, ok, warn } from './finding.js'

/** Clocks further apart make times in logs and results hard to compare. Leases do not mind. */
const MAX_SKEW_MS = 5_000

/** What there is to say about a server that answers. @throws Error if it answers no more. */
export async function checkRedis(redis: Redis, clock: Clock): Promise<Finding[]> {
  const info = parseInfo(await redis.info())
  return [
    judgeVersion(info.get('redis_version') ?? '0'),
    judgeRole(info.get('role') ?? 'master'),
    judgeEviction(info.get('maxmemory_policy') ?? 'noeviction', info.get('maxmemory') ?? '0'),
    judgePersistence(info.get('aof_enabled') === '1', await snapshots(redis)),
    judgeClock(await skewMs(redis, clock)),
  ]
}

/** @internal */
export function judgeVersion(version: string): Finding {
  const oldest = OLDEST_REDIS.join('.')
  if (atLeast(version, OLDEST_REDIS)) return ok('Redis version', version)
  return fail('Redis version', `${version}; rqd needs ${oldest} or newer`, 'upgrade the server')
}

/** @internal */
export function judgeRole(role: string): Finding {
  if (role === 'master') return ok('Redis role', role)
  return fail('Redis role', `it is a ${role}, and rqd writes`, 'give the address of the master')
}

/** @internal */
export function judgeEviction(policy: string, maxBytes: string): Finding {
  if (policy === 'noeviction') return ok('Eviction', 'maxmemory-policy is noeviction')
  const next = 'set maxmemory-policy noeviction'
  const reason = `maxmemory-policy is ${policy}`
  if (maxBytes === '0') return warn('Eviction', `${reason}; there is no maxmemory yet`, next)
  return fail('Eviction', `${reason}: jobs are lost when memory is short`, next)
}

/** @internal `snapshots`: the server's `save`; undefined if it does not tell. */
export function judgePersistence(appends: boolean, snapshots: string | undefined): Finding {
  if (appends) return ok('Persistence', 'appendonly is on')
  const next = 'set appendonly yes'
  if (snapshots === '') return warn('Persistence', 'none: all jobs are lost when Redis ends', next)
  const known = snapshots === undefined ? '' : ` (save ${snapshots})`
  return warn('Persistence', `snapshots only${known}: the jobs of the last minutes are lost in a crash`, next)
}

/** @internal `skewMs`: how far the server's clock is ahead of ours. */
export function judgeClock(skewMs: number): Finding {
  const seconds = Math.abs(skewMs / 1000).toFixed(1)
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return ok('Clocks', `${seconds} s apart`)
  const side = skewMs > 0 ? 'ahead of' : 'behind'
  return warn('Clocks', `the server is ${seconds} s ${side} this host`, 'let NTP set both; leases go by the server')
}

async function snapshots(redis: Redis): Promise<string | undefined> {
  // Hosted servers refuse CONFIG.
  const answer: unknown = await redis.config('GET', 'save').catch(() => undefined)
  const save: unknown = Array.isArray(answer) ? answer[1] : (answer as { save?: unknown } | undefined)?.save
  return typeof save === 'string' ? save : undefined
}

async function skewMs(redis: Redis, clock: Clock): Promise<number> {
  const beforeMs = clock.epochMs()
  const [sec, micros] = (await redis.time()).map(Number)
  const middleMs = (beforeMs + clock.epochMs()) / 2
  return (sec ?? 0) * 1000 + (micros ?? 0) / 1000 - middleMs
}
