/** What is in a queue's registries. Each call of Redis is bounded (I10); reads write nothing. */
import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { asInteger, asList, asText, runScript } from './script.js'
import { scripts } from './scripts.js'

/** Entries that one call reads where all are asked for. */
const PAGE = 500

/** A registry as its key, and how its entries are to be read. */
export interface RegistryKey {
  readonly key: string
  /** Scores above 0 are times after which an entry is as good as gone. */
  readonly expires: boolean
  /** Members may be `ID:E`, a job and its execution. */
  readonly withExecutions: boolean
}

/** Ranks from 0, both ends included; negative ones count from the end. */
export interface RankRange {
  readonly first: number
  readonly last: number
  readonly highestFirst: boolean
}

/** How many entries there are, and the ids of those in the range. @throws RqdError RQD_REDIS */
export async function registryPage(
  redis: Redis,
  registry: RegistryKey,
  range: RankRange,
): Promise<{ count: number; jobIds: string[] }> {
  const [count, ...members] = asList(
    await runScript(redis, scripts.registryPage, {
      keys: { registry: registry.key },
      args: {
        expires: registry.expires ? 1 : 0,
        first: range.first,
        last: range.last,
        highestFirst: range.highestFirst ? 1 : 0,
      },
    }),
  )
  const texts = members.map(asText)
  return { count: asInteger(count), jobIds: registry.withExecutions ? texts.map(jobIdOf) : texts }
}

/** How many entries there are. @throws RqdError RQD_REDIS */
export async function registryCount(redis: Redis, registry: RegistryKey): Promise<number> {
  // An empty range: the last rank lies before the first.
  return (await registryPage(redis, registry, { first: 1, last: 0, highestFirst: false })).count
}

/**
 * All ids, lowest score first. They are read in pages from the highest score down, so that entries that expire
 * meanwhile, which are the lowest, move no other past the reader.
 */
export async function allRegistryIds(redis: Redis, registry: RegistryKey, pageSize = PAGE): Promise<string[]> {
  const ids = new Set<string>()
  for (let first = 0; ; first += pageSize) {
    const { jobIds } = await registryPage(redis, registry, { first, last: first + pageSize - 1, highestFirst: true })
    for (const id of jobIds) ids.add(id)
    if (jobIds.length < pageSize) return [...ids].reverse()
  }
}

/** The score of a job's entry; undefined if it has none, or it has run out. @throws RqdError RQD_REDIS */
export async function registryScore(
  redis: Redis,
  keys: Keys,
  registry: RegistryKey,
  jobId: string,
): Promise<number | undefined> {
  const reply = await runScript(redis, scripts.registryFind, {
    keys: { registry: registry.key },
    args: {
      prefix: keys.prefix,
      jobId,
      expires: registry.expires ? 1 : 0,
      withExecutions: registry.withExecutions ? 1 : 0,
    },
  })
  if (reply === null) return undefined
  const text = asText(reply)
  return text === 'inf' ? Infinity : Number(text)
}

/** Take a job out of a registry; `deleteJob`: delete it as RQ does. @throws RqdError RQD_REDIS */
export async function removeFromRegistry(
  redis: Redis,
  keys: Keys,
  registry: RegistryKey,
  request: { jobId: string; deleteJob: boolean },
): Promise<{ taken: boolean; deleted: boolean }> {
  const reply = await runScript(redis, scripts.registryRemove, {
    keys: { registry: registry.key },
    args: {
      prefix: keys.prefix,
      jobId: request.jobId,
      deleteJob: request.deleteJob ? 1 : 0,
      withExecutions: registry.withExecutions ? 1 : 0,
    },
  })
  const [taken = 0, deleted = 0] = asList(reply).map(asInteger)
  return { taken: taken === 1, deleted: deleted === 1 }
}

/** Execution ids have 32 hexadecimal digits; whatever else stands behind a colon belongs to the job's id. */
export function jobIdOf(member: string): string {
  return /^(.+):[0-9a-f]{32}$/s.exec(member)?.[1] ?? member
}
