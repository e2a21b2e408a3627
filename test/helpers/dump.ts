import { isUtf8 } from 'node:buffer'
import type { Redis } from 'ioredis'

/** One key of a database: whether it expires, and its content in a form that compares deeply. */
export interface DumpedKey {
  readonly type: string
  readonly expires: boolean
  readonly content: unknown
}

/** A whole database by key, keys sorted. */
export type Dump = Readonly<Record<string, DumpedKey>>

/** Everything in the database, for comparison before and after. Bytes that are no UTF-8 appear as `base64:...`. */
export async function dump(client: Redis): Promise<Dump> {
  const keys = (await client.keysBuffer('*')).sort((a, b) => Buffer.compare(a, b))
  const entries = await Promise.all(
    keys.map(async (key) => {
      const [type, ttl] = await Promise.all([client.type(key), client.pttl(key)])
      return [shown(key), { type, expires: ttl >= 0, content: await contentOf(client, key, type) }] as const
    }),
  )
  return Object.fromEntries(entries)
}

/** The keys of a dump, for comparing which exist. */
export async function dumpKeys(client: Redis): Promise<string[]> {
  return Object.keys(await dump(client))
}

async function contentOf(client: Redis, key: Buffer, type: string): Promise<unknown> {
  switch (type) {
    case 'hash':
      return pairs((await client.callBuffer('HGETALL', key)) as Buffer[])
    case 'list':
      return (await client.lrangeBuffer(key, 0, -1)).map(shown)
    case 'set':
      return (await client.smembersBuffer(key)).map(shown).sort()
    case 'zset':
      return pairs(((await client.callBuffer('ZRANGE', key, 0, -1, 'WITHSCORES')) as Buffer[]).flat())
    case 'stream':
      return (await client.xrangeBuffer(key, '-', '+')).map(([id, fields]) => [shown(id), pairs(fields)])
    default:
      return shown((await client.getBuffer(key)) ?? Buffer.alloc(0))
  }
}

/** A flat list of names and values as an object with sorted names. */
function pairs(flat: readonly Buffer[]): Record<string, string> {
  const entries: [string, string][] = []
  for (let i = 0; i + 1 < flat.length; i += 2) entries.push([shown(flat[i]!), shown(flat[i + 1]!)])
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

function shown(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString('utf8') : `base64:${bytes.toString('base64')}`
}
