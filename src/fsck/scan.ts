import type { Redis } from 'ioredis'
import { readReply, type Outcome } from '../fleet/pipeline.js'
import type { Keys } from '../redis/keys.js'

/** Keys that one step passes. */
export const KEYS_AT_ONCE = 200
/** Entries of a list, set or registry that one step reads. */
export const ENTRIES_AT_ONCE = 200

/** A page of all keys of RQ and ours; cursors as for steps. @throws RqdError RQD_REDIS */
export async function scanKeys(
  redis: Redis,
  keys: Keys,
  cursor: string,
): Promise<{ page: string[]; cursor: string; total: number }> {
  // Ours begin as RQ's do.
  const pattern = `${keys.prefix.replaceAll(/[\\*?[\]]/g, '\\$&')}*`
  const [next, page] = await readReply(
    'the names of the keys',
    redis.scan(cursor === '' ? '0' : cursor, 'MATCH', pattern, 'COUNT', KEYS_AT_ONCE),
  )
  const total = await readReply('the number of keys', redis.dbsize())
  return { page, cursor: nextCursor(next), total }
}

/** Redis ends with 0 where it began. */
export function nextCursor(cursor: string): string {
  return cursor === '0' ? '' : cursor
}

/** A reply as text; null for none, and for an error of this one key. */
export function textOf(outcome: Outcome | undefined): string | null {
  const reply = outcome?.error === undefined ? outcome?.reply : null
  return typeof reply === 'string' ? reply : typeof reply === 'number' ? String(reply) : null
}

/** A reply as a number; null for none, and for an error of this one key. */
export function numberOf(outcome: Outcome | undefined): number | null {
  const reply = outcome?.error === undefined ? outcome?.reply : null
  return typeof reply === 'number' ? reply : null
}

/** A reply as a list of texts, with null where there is none; empty for an error of this one key. */
export function textsOf(outcome: Outcome | undefined): (string | null)[] {
  const reply = outcome?.error === undefined ? outcome?.reply : null
  return Array.isArray(reply) ? reply.map((each) => (typeof each === 'string' ? each : null)) : []
}
