import type { Redis } from 'ioredis'
import { readReply } from '../fleet/pipeline.js'
import { readKey } from '../redis/read-key.js'
import type { Keys } from '../redis/keys.js'
import { registryKey, type RegistryName } from '../redis/key-family.js'
import { judgeEntry } from './judge-entry.js'
import { readStatuses } from './read-list.js'
import { ENTRIES_AT_ONCE, nextCursor } from './scan.js'
import { step, type Step } from './step.js'

/** A stretch of a registry. */
export async function readRegistry(
  redis: Redis,
  keys: Keys,
  registry: RegistryName,
  queue: string,
  cursor: string,
): Promise<Step> {
  const key = registryKey(keys, registry, queue)
  const from = cursor === '' ? '0' : cursor
  const scan = redis.zscan(key, from, 'COUNT', ENTRIES_AT_ONCE)
  const [next, flat] = await readKey(redis, key, 'a sorted set of jobs', scan)
  const total = await readKey(redis, key, 'a sorted set of jobs', redis.zcard(key))
  const [nowSec] = await readReply('the clock', redis.time())
  const entries = flat.flatMap((entry, i) => (i % 2 === 0 ? [{ entry, score: Number(flat[i + 1]) }] : []))
  const ids = entries.map(({ entry }) => (registry === 'wip' ? idOf(entry) : entry))
  const facts = await readStatuses(redis, keys, ids)
  const suspects = entries.flatMap((each, i) => {
    const found = facts[i]
    return found === undefined ? [] : judgeEntry({ ...each, ...found }, registry, queue, Number(nowSec), keys)
  })
  return step({ cursor: nextCursor(next), looked: entries.length, total, suspects })
}

// `ID` up to RQ 1.16, `ID:E` since 2.0. An execution is 32 hex digits, or ours, and holds no colon.
function idOf(member: string): string {
  const colon = member.lastIndexOf(':')
  return colon === -1 ? member : member.slice(0, colon)
}
