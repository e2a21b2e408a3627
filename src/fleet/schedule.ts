import { RqdError } from '../errors.js'
import type { Store } from '../redis/store.js'
import { type JobBrief, readBriefs } from './job-brief.js'
import { type Outcome, pipelined } from './pipeline.js'
import { readKnownQueues } from './queues.js'

/** A job that waits for its time. */
export interface ScheduledJob {
  readonly brief: JobBrief
  /** When it is due, epoch milliseconds. */
  readonly dueMs: number
}

/** How far a reader of the schedule has come: a time, and how many jobs of each queue it has seen of exactly that one. */
export interface ScheduleCursor {
  readonly sec: number
  readonly seen: Readonly<Record<string, number>>
}

/** A part of the schedule. */
export interface SchedulePage {
  /** Those that are due first, first, of all queues together. */
  readonly jobs: readonly ScheduledJob[]
  readonly cursor: ScheduleCursor | undefined
  /** All that wait for their time on these queues. */
  readonly total: number
  /** Queues with scheduled jobs for which no scheduler looks now. */
  readonly unattended: readonly string[]
}

interface Entry {
  readonly queue: string
  readonly id: string
  readonly sec: number
}

/** Queues with scheduled jobs whose next ones are compared; those after them, by name, are left out. */
const MOST_QUEUES = 1_000

/**
 * The next part of the schedule. Redis is asked for `limit` entries of each queue that has any.
 * @param request.queues all known ones if empty
 * @throws RqdError RQD_REDIS
 */
export async function readSchedule(
  store: Store,
  request: { queues: readonly string[]; limit: number; cursor: ScheduleCursor | undefined },
): Promise<SchedulePage> {
  const { redis, keys } = store
  const names = request.queues.length > 0 ? [...new Set(request.queues)] : (await readKnownQueues(redis, keys)).names
  const looks = await pipelined(redis, names, 2, (pipeline, queue) => {
    pipeline.zcard(keys.scheduled(queue)).exists(keys.schedulerLock(queue))
  })
  const counts = looks.map(([card]) => numberOf(card))
  const queues = names.filter((_, i) => (counts[i] ?? 0) > 0).slice(0, MOST_QUEUES)
  const { entries, more } = nextOf(await readEntries(store, queues, request), request.limit)
  const briefs = await readBriefs(
    store,
    entries.map(({ id, queue }) => ({ id, queue, place: 'scheduled' })),
    { func: true, traceback: false },
  )
  return {
    jobs: briefs.map((brief, i) => ({ brief, dueMs: Math.floor(entries[i]?.sec ?? 0) * 1000 })),
    cursor: more ? cursorAfter(entries, request.cursor) : undefined,
    total: counts.reduce((sum, count) => sum + count, 0),
    unattended: names.filter((_, i) => (counts[i] ?? 0) > 0 && numberOf(looks[i]?.[1]) === 0),
  }
}

/** A cursor as text for whoever asks for the next part. */
export function writeScheduleCursor({ sec, seen }: ScheduleCursor): string {
  return Buffer.from(JSON.stringify([sec, seen])).toString('base64url')
}

/** @throws RqdError RQD_BAD_OPTION for a text that `writeScheduleCursor` did not make */
export function readScheduleCursor(text: string): ScheduleCursor {
  const [sec, seen] = parse(text)
  if (typeof sec === 'number' && typeof seen === 'object' && seen !== null && !Array.isArray(seen)) {
    const counts = Object.entries(seen as Record<string, unknown>)
    if (counts.every(([, count]) => Number.isSafeInteger(count) && Number(count) >= 0)) {
      return { sec, seen: Object.fromEntries(counts) as Record<string, number> }
    }
  }
  const shown = JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
  throw new RqdError('RQD_BAD_OPTION', `cursor is ${shown}; expected the cursor of the answer before, or none to begin`)
}

async function readEntries(
  { redis, keys }: Store,
  queues: readonly string[],
  { limit, cursor }: { limit: number; cursor: ScheduleCursor | undefined },
): Promise<Entry[]> {
  const from = cursor?.sec ?? '-inf'
  // One more than is shown, which tells whether there is more.
  const outcomes = await pipelined(redis, queues, 1, (pipeline, queue) => {
    const skip = ownCount(cursor, queue)
    pipeline.zrangebyscore(keys.scheduled(queue), from, '+inf', 'WITHSCORES', 'LIMIT', skip, limit + 1)
  })
  return queues.flatMap((queue, i) => {
    const reply = outcomes[i]?.[0]?.error === undefined ? outcomes[i]?.[0]?.reply : undefined
    const flat = Array.isArray(reply) ? (reply as string[]) : []
    return flat.flatMap((id, k) => (k % 2 === 0 ? [{ queue, id, sec: secondsOf(flat[k + 1]) }] : []))
  })
}

/** Within a queue, Redis has them in order already: sorting keeps that of equal times. */
function nextOf(entries: readonly Entry[], limit: number): { entries: Entry[]; more: boolean } {
  const sorted = [...entries].sort((a, b) => a.sec - b.sec || compare(a.queue, b.queue))
  return { entries: sorted.slice(0, limit), more: sorted.length > limit }
}

function cursorAfter(entries: readonly Entry[], before: ScheduleCursor | undefined): ScheduleCursor | undefined {
  const sec = entries.at(-1)?.sec
  if (sec === undefined) return undefined
  const seen = new Map<string, number>(before?.sec === sec ? Object.entries(before.seen) : [])
  for (const entry of entries) if (entry.sec === sec) seen.set(entry.queue, (seen.get(entry.queue) ?? 0) + 1)
  return { sec, seen: Object.fromEntries(seen) }
}

function ownCount(cursor: ScheduleCursor | undefined, queue: string): number {
  return cursor !== undefined && Object.hasOwn(cursor.seen, queue) ? (cursor.seen[queue] ?? 0) : 0
}

/** A cursor is JSON, which has no infinity. */
function secondsOf(text: string | undefined): number {
  if (text === 'inf') return Number.MAX_VALUE
  return text === '-inf' ? -Number.MAX_VALUE : Number(text)
}

function parse(text: string): unknown[] {
  try {
    const found: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    return Array.isArray(found) ? found : []
  } catch {
    return []
  }
}

function numberOf(outcome: Outcome | undefined): number {
  const reply = outcome?.error === undefined ? outcome?.reply : undefined
  return typeof reply === 'number' ? reply : 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
