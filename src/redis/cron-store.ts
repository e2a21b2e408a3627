import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { asInteger, asList, asText, runScript, type RawReply } from './script.js'
import { scripts } from './scripts.js'

/** An entry nobody has held for so long is forgotten, and with it which tick was its last. */
const KEEP_MS = 365 * 86_400_000

/** What a scheduler tells of an entry when it holds it. */
export interface HeldEntry {
  readonly name: string
  /** Text of its schedule: another text is another schedule. */
  readonly schedule: string
  /** What viewers are shown, JSON. */
  readonly shown: string
}

/** What has become of an entry. */
export interface EntryState {
  /** The scheduler that holds it. */
  readonly holder: string
  readonly sinceMs: number
  readonly lastMs: number | undefined
  readonly lastJobId: string | undefined
  /** RQ's ISO text. */
  readonly enqueuedAt: string | undefined
}

/**
 * Take or keep the lease over entries that nobody else holds.
 * @param sinceMs from when the ticks of a new entry count; undefined: now, by the clock of Redis
 * @returns the time by the clock of Redis, and per entry its state; undefined where its key holds something else
 * @throws RqdError RQD_REDIS
 */
export async function holdEntries(
  redis: Redis,
  keys: Keys,
  scheduler: string,
  call: { entries: readonly HeldEntry[]; leaseMs: number; sinceMs: number | undefined },
): Promise<{ nowMs: number; states: (EntryState | undefined)[] }> {
  const { entries, leaseMs, sinceMs } = call
  const reply = await runScript(redis, scripts.cronHold, {
    keys: { entries: keys.cronEntries },
    args: { prefix: keys.prefix, scheduler, leaseMs, keepMs: KEEP_MS, sinceMs: sinceMs ?? '' },
    records: entries.map(({ name, schedule, shown }) => ({ name, schedule, shown })),
  })
  const [nowMs, ...states] = asList(reply)
  return { nowMs: asInteger(nowMs), states: states.map(stateOf) }
}

/** What became of a tick: `past`, it or a later one has fired before; `lost`, the entry is somebody else's now. */
export type Firing = 'fired' | 'past' | 'lost' | { readonly refused: string }

/** Enqueue the job of one tick, unless that has been done. @throws RqdError RQD_REDIS: it may have been enqueued */
export async function fireTick(
  redis: Redis,
  keys: Keys,
  scheduler: string,
  call: { entry: string; schedule: string; tickMs: number; nowIso: string; packed: Uint8Array },
): Promise<Firing> {
  const { entry, schedule, tickMs, nowIso, packed } = call
  const reply = await runScript(redis, scripts.cronFire, {
    keys: { entry: keys.cronEntry(entry), history: keys.cronJobs(entry), queues: keys.queues },
    args: { prefix: keys.prefix, scheduler, schedule, tickMs, nowIso, job: packed },
  })
  if (typeof reply !== 'number') return { refused: asText(reply) }
  return reply === 1 ? 'fired' : reply === 0 ? 'past' : 'lost'
}

/** Give back entries, and vanish from RQ's list. @returns how many were ours. @throws RqdError RQD_REDIS */
export async function releaseEntries(
  redis: Redis,
  keys: Keys,
  scheduler: string,
  names: readonly string[],
): Promise<number> {
  return asInteger(
    await runScript(redis, scripts.cronRelease, {
      keys: { schedulers: keys.cronSchedulers },
      args: { prefix: keys.prefix, scheduler },
      records: names.map((name) => ({ name })),
    }),
  )
}

/** Show a scheduler to RQ's viewers. @param now epoch seconds as text @throws RqdError RQD_REDIS */
export async function announceScheduler(
  redis: Redis,
  keys: Keys,
  name: string,
  call: { now: string; ttlSec: number; fields: Readonly<Record<string, string>> },
): Promise<void> {
  await runScript(redis, scripts.cronAnnounce, {
    keys: { schedulers: keys.cronSchedulers, scheduler: keys.cronScheduler(name) },
    args: { name, now: call.now, ttlSec: call.ttlSec },
    records: Object.entries(call.fields).map(([field, value]) => ({ field, value })),
  })
}

function stateOf(reply: RawReply): EntryState | undefined {
  if (typeof reply === 'number') return undefined
  const [holder = '', since = '', last = '', lastJobId = '', enqueuedAt = ''] = asList(reply).map(asText)
  return {
    holder,
    sinceMs: Number(since),
    lastMs: last === '' ? undefined : Number(last),
    lastJobId: lastJobId === '' ? undefined : lastJobId,
    enqueuedAt: enqueuedAt === '' ? undefined : enqueuedAt,
  }
}
