import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Redis } from 'ioredis'
import { projectRoot } from './paths.js'

/** One key of a captured database, with its decoded content. */
export type GoldenKey = { readonly key: string; /** Seconds, -1 for none. */ readonly ttl: number } & (
  | { readonly type: 'hash'; readonly fields: ReadonlyMap<string, Buffer> }
  | { readonly type: 'list'; readonly items: readonly Buffer[] }
  | { readonly type: 'set'; readonly members: readonly Buffer[] }
  | { readonly type: 'zset'; readonly members: readonly { readonly member: Buffer; readonly score: string }[] }
  | { readonly type: 'stream'; readonly entries: readonly GoldenEntry[] }
  | { readonly type: 'string'; readonly value: Buffer }
)

export interface GoldenEntry {
  readonly id: string
  readonly fields: ReadonlyMap<string, Buffer>
}

/** The complete content of a Redis database that Python RQ has left: see test/golden/README.md. */
export interface GoldenSample {
  readonly name: string
  readonly keys: ReadonlyMap<string, GoldenKey>
}

/** A row of pickle-values.json: one Python value and its pickles. */
export interface PickleRow {
  readonly label: string
  readonly repr: string
  readonly type: string
  /** By protocol 2, 4, 5. */
  readonly pickles: ReadonlyMap<number, Buffer>
}

const folder = join(projectRoot, 'test', 'golden')
const pickleFile = 'pickle-values.json'

/** Names of all samples, as in `2.10--failed`. */
export function goldenNames(): string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== pickleFile)
  return files.map((file) => file.replace(/\.json$/, '')).sort()
}

/** Load one sample. */
export function loadGolden(name: string): GoldenSample {
  const { keys } = readJson(`${name}.json`) as { keys: RawKey[] }
  return { name, keys: new Map(keys.map((raw) => [raw.key, decodeKey(raw)])) }
}

/** The job hashes of a sample, by job id. */
export function goldenJobs(sample: GoldenSample): Map<string, ReadonlyMap<string, Buffer>> {
  const jobs = new Map<string, ReadonlyMap<string, Buffer>>()
  for (const entry of sample.keys.values()) {
    const id = /^rq:job:([^:]+)$/.exec(entry.key)?.[1]
    if (id !== undefined && entry.type === 'hash') jobs.set(id, entry.fields)
  }
  return jobs
}

/** The entries of all result streams of a sample, by job id. */
export function goldenResults(sample: GoldenSample): Map<string, readonly GoldenEntry[]> {
  const results = new Map<string, readonly GoldenEntry[]>()
  for (const entry of sample.keys.values()) {
    const id = /^rq:results:(.+)$/.exec(entry.key)?.[1]
    if (id !== undefined && entry.type === 'stream') results.set(id, entry.entries)
  }
  return results
}

/** The rows of pickle-values.json. */
export function loadPickleRows(): PickleRow[] {
  const { values } = readJson(pickleFile) as { values: RawRow[] }
  return values.map(({ label, repr, type, ...rest }) => {
    const pickles = [2, 4, 5].map((protocol) => [protocol, base64(rest[`protocol_${protocol as 2 | 4 | 5}`])] as const)
    return { label, repr, type, pickles: new Map(pickles) }
  })
}

/** Load a sample into a real Redis, with its TTLs. */
export async function restoreGolden(client: Redis, sample: GoldenSample): Promise<void> {
  const steps = client.multi()
  for (const entry of sample.keys.values()) {
    const { key } = entry
    switch (entry.type) {
      case 'hash':
        if (entry.fields.size > 0) steps.hset(key, ...[...entry.fields].flat())
        break
      case 'list':
        steps.rpush(key, ...entry.items)
        break
      case 'set':
        steps.sadd(key, ...entry.members)
        break
      case 'zset':
        steps.zadd(key, ...entry.members.flatMap(({ member, score }) => [score, member]))
        break
      case 'stream':
        for (const { id, fields } of entry.entries) steps.xadd(key, id, ...[...fields].flat())
        break
      case 'string':
        steps.set(key, entry.value)
        break
    }
    if (entry.ttl > 0) steps.expire(key, entry.ttl)
  }
  for (const [error] of (await steps.exec()) ?? []) if (error) throw error
}

interface RawKey {
  readonly key: string
  readonly type: GoldenKey['type']
  readonly ttl: number
  readonly fields?: Record<string, string>
  readonly items?: string[]
  readonly members?: (string | { member: string; score: string })[]
  readonly entries?: { id: string; fields: Record<string, string> }[]
  readonly value?: string
}

type RawRow = Readonly<Record<'label' | 'repr' | 'type' | 'protocol_2' | 'protocol_4' | 'protocol_5', string>>

function decodeKey({ key, type, ttl, fields, items, members, entries, value }: RawKey): GoldenKey {
  switch (type) {
    case 'hash':
      return { key, ttl, type, fields: decodeFields(fields ?? {}) }
    case 'list':
      return { key, ttl, type, items: (items ?? []).map(base64) }
    case 'set':
      return { key, ttl, type, members: (members ?? []).filter((member) => typeof member === 'string').map(base64) }
    case 'zset':
      return {
        key,
        ttl,
        type,
        members: (members ?? [])
          .filter((member) => typeof member === 'object')
          .map(({ member, score }) => ({ member: base64(member), score })),
      }
    case 'stream':
      return {
        key,
        ttl,
        type,
        entries: (entries ?? []).map((entry) => ({ id: entry.id, fields: decodeFields(entry.fields) })),
      }
    case 'string':
      return { key, ttl, type, value: base64(value ?? '') }
  }
}

function decodeFields(fields: Record<string, string>): Map<string, Buffer> {
  return new Map(Object.entries(fields).map(([name, value]) => [name, base64(value)]))
}

function base64(text: string): Buffer {
  return Buffer.from(text, 'base64')
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(folder, file), 'utf8'))
}
