/** The whole database as it is, in the form that the model expects it in. */
import type { Redis } from 'ioredis'

/** One key; as `ExpectedKey`, with the scores and the expiry that there are. */
export interface ObservedKey {
  readonly type: string
  /** Milliseconds; undefined for none. */
  readonly expiry: number | undefined
  readonly content: string | readonly string[] | Readonly<Record<string, string>> | ReadonlyMap<string, number>
}

/** Fields of which it matters only that they are set: times, payloads, texts. */
const onlySet = new Set([
  ...['created_at', 'enqueued_at', 'started_at', 'ended_at', 'last_heartbeat', 'birth'],
  ...['data', 'description', 'exc_info', 'total_working_time', 'queues'],
])

/** All keys in one round trip: name, type, expiry, content, and so on. */
const readAll = `
local read = { hash = { 'HGETALL' }, list = { 'LRANGE', 0, -1 }, set = { 'SMEMBERS' }, string = { 'GET' },
  zset = { 'ZRANGE', 0, -1, 'WITHSCORES' }, stream = { 'XRANGE', '-', '+' } }
local all = {}
for _, key in ipairs(redis.call('KEYS', '*')) do
  local kind = redis.call('TYPE', key).ok
  local command = read[kind]
  all[#all + 1], all[#all + 2], all[#all + 3] = key, kind, redis.call('PEXPIRETIME', key)
  all[#all + 1] = redis.call(command[1], key, unpack(command, 2))
end
return all`

export async function observedKeys(client: Redis): Promise<Map<string, ObservedKey>> {
  const flat = (await client.eval(readAll, 0)) as unknown[]
  const all = new Map<string, ObservedKey>()
  for (let i = 0; i < flat.length; i += 4) {
    const [key, type, expiry] = flat.slice(i, i + 3) as [string, string, number]
    all.set(key, { type, expiry: expiry < 0 ? undefined : expiry, content: contentOf(type, flat[i + 3]) })
  }
  return all
}

function contentOf(type: string, reply: unknown): ObservedKey['content'] {
  switch (type) {
    case 'hash':
      return hashOf(reply as string[])
    case 'set':
      return (reply as string[]).sort()
    case 'zset':
      return scoresOf(reply as string[])
    case 'stream':
      // The type of each result.
      return (reply as [string, string[]][]).map(([, flat]) => flat[flat.indexOf('type') + 1] ?? 'none')
    default:
      return reply as string | string[]
  }
}

function hashOf(flat: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {}
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i]!] = valueOf(flat[i]!, flat[i + 1]!)
  return fields
}

function valueOf(field: string, value: string): string {
  if (onlySet.has(field)) return value === '' ? '' : 'set'
  if (!/^[0-9a-f]{32}$/.test(field)) return value
  // A claim.
  const { id, queue } = JSON.parse(value) as { id: string; queue: string }
  return `${id} of ${queue}`
}

function scoresOf(flat: readonly string[]): Map<string, number> {
  const scores = new Map<string, number>()
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const score = flat[i + 1]!
    scores.set(flat[i]!, score === 'inf' ? Infinity : Number(score))
  }
  return scores
}
