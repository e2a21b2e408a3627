import { RqdError } from '../errors.js'
import { jobIdOf } from '../redis/registry-store.js'
import type { Store } from '../redis/store.js'
import { type FoundJob } from './job-brief.js'
import type { JobCursor } from './job-cursor.js'
import { type JobPlaceName, placeKey } from './job-place.js'
import { readReply } from './pipeline.js'
import { queueCounts, readKnownQueues } from './queues.js'

/** Which lists are read, from where on, and how much of them. */
export interface PageRequest {
  /** In this order; all known ones, by name, if there is none. */
  readonly queues: readonly string[]
  /** Of each queue, in this order. */
  readonly places: readonly JobPlaceName[]
  /** Undefined: from the beginning. */
  readonly cursor: JobCursor | undefined
  /** Most entries. */
  readonly limit: number
}

/** A part of the lists. */
export interface JobPage {
  readonly jobs: readonly FoundJob[]
  /** From where to go on; undefined at the end. */
  readonly cursor: JobCursor | undefined
}

/** Queues whose lengths are asked for at a time. */
const QUEUES_AT_ONCE = 50
/** What is read from the lowest time on: what is due, or abandoned, first. All other registries: the newest first. */
const ascending: ReadonlySet<JobPlaceName> = new Set<JobPlaceName>(['scheduled', 'started'])

/**
 * The next part of what lies on queues and in their registries. Redis is asked for `limit` entries at most, however many
 * there are. What moves between two parts may be seen twice or not at all; what stays is seen.
 * @throws RqdError RQD_REDIS; RQD_BAD_OPTION if the cursor belongs to other lists
 */
export async function readJobPage(store: Store, request: PageRequest): Promise<JobPage> {
  const { places, limit } = request
  const queues = await queuesFrom(store, request)
  let { cursor } = request
  const jobs: FoundJob[] = []
  for (let start = 0; start < queues.length; start += QUEUES_AT_ONCE) {
    const part = queues.slice(start, start + QUEUES_AT_ONCE)
    for (const counts of await queueCounts(store.redis, store.keys, part)) {
      const { queue } = counts
      // Only the queue at which the last part ended is entered in the middle.
      const within = cursor?.queue === queue ? cursor : undefined
      for (const place of within === undefined ? places : places.slice(places.indexOf(within.place))) {
        if ((counts[place] ?? 0) === 0) continue
        const wanted = limit - jobs.length
        const entries = await readEntries(store, queue, place, within?.place === place ? within : undefined, wanted)
        for (const { entry } of entries) {
          jobs.push({ id: place === 'started' ? jobIdOf(entry) : entry, queue, place })
        }
        const last = entries.at(-1)
        if (last !== undefined && entries.length === wanted) {
          return { jobs: distinct(jobs), cursor: { queue, place, ...last } }
        }
      }
      cursor = undefined
    }
  }
  return { jobs: distinct(jobs), cursor: undefined }
}

interface Entry {
  readonly entry: string
  readonly at: number
}

/** The queues that are still to be read. */
async function queuesFrom({ redis, keys }: Store, { queues, places, cursor }: PageRequest): Promise<readonly string[]> {
  const all = queues.length > 0 ? [...new Set(queues)] : (await readKnownQueues(redis, keys)).names
  if (cursor === undefined) return all
  if (!places.includes(cursor.place) || (queues.length > 0 && !queues.includes(cursor.queue))) {
    const text = `cursor stands among the ${cursor.place} jobs of queue ${JSON.stringify(cursor.queue)}, which are not asked for; expected the same queues and statuses as before`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  if (queues.length > 0) return all.slice(all.indexOf(cursor.queue))
  // A queue may have been forgotten meanwhile.
  return all.filter((queue) => queue >= cursor.queue)
}

function readEntries(
  store: Store,
  queue: string,
  place: JobPlaceName,
  cursor: JobCursor | undefined,
  limit: number,
): Promise<Entry[]> {
  const key = placeKey(store.keys, place, queue)
  const reply =
    place === 'queued'
      ? listEntries(store, key, cursor, limit)
      : registryEntries(store, key, cursor, { limit, descending: !ascending.has(place) })
  return readReply(`the ${place} jobs of queue ${JSON.stringify(queue)}`, reply)
}

/** Workers take jobs from the front, so that what has been seen is looked for there first. */
async function listEntries(
  { redis }: Store,
  key: string,
  cursor: JobCursor | undefined,
  limit: number,
): Promise<Entry[]> {
  let first = 0
  if (cursor !== undefined) {
    const { entry, at } = cursor
    const isThere = (await redis.lindex(key, at)) === entry
    const found = isThere || at === 0 ? undefined : await redis.lpos(key, entry, 'MAXLEN', at)
    // One that has been taken was taken after all that were before it.
    first = isThere ? at + 1 : typeof found === 'number' ? found + 1 : 0
  }
  const ids = await redis.lrange(key, first, first + limit - 1)
  return ids.map((entry, i) => ({ entry, at: first + i }))
}

async function registryEntries(
  { redis }: Store,
  key: string,
  cursor: JobCursor | undefined,
  { limit, descending }: { limit: number; descending: boolean },
): Promise<Entry[]> {
  let first = 0
  if (cursor !== undefined) {
    const { entry, at } = cursor
    const rank = descending ? await redis.zrevrank(key, entry) : await redis.zrank(key, entry)
    // Of one that is gone, the place is known by its time: those of the same time are seen again.
    first =
      rank === null
        ? await (descending ? redis.zcount(key, `(${at}`, '+inf') : redis.zcount(key, '-inf', `(${at}`))
        : rank + 1
  }
  const flat = descending
    ? await redis.zrevrange(key, first, first + limit - 1, 'WITHSCORES')
    : await redis.zrange(key, String(first), String(first + limit - 1), 'WITHSCORES')
  return flat.flatMap((entry, i) => (i % 2 === 0 ? [{ entry, at: scoreOf(flat[i + 1]) }] : []))
}

/** A cursor is JSON, which has no infinity. */
function scoreOf(text: string | undefined): number {
  if (text === 'inf') return Number.MAX_VALUE
  return text === '-inf' ? -Number.MAX_VALUE : Number(text)
}

/** A job may run several times at once. */
function distinct(jobs: readonly FoundJob[]): FoundJob[] {
  const seen = new Set<string>()
  return jobs.filter(({ id, queue, place }) => {
    const name = JSON.stringify([queue, place, id])
    return !seen.has(name) && seen.add(name)
  })
}
