import type { Redis } from 'ioredis'
import type { Clock } from '../clock.js'
import type { Duration } from '../duration.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import { fireTick } from '../redis/cron-store.js'
import type { Keys } from '../redis/keys.js'
import { LATE_MS } from './due.js'
import { spawnJob, type CronEntry } from './entry.js'

/** One tick of an entry that has put its job on a queue. */
export interface CronFiring {
  /** Name of the entry. */
  readonly entry: string
  /** For which time it was. */
  readonly tick: Date
  /** Of the job that was enqueued. */
  readonly jobId: string
  /** Where it was put. */
  readonly queue: string
}

export interface FiringPlace {
  readonly redis: Redis
  readonly keys: Keys
  /** The scheduler that holds the entry. */
  readonly scheduler: string
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly defaultTimeout: Duration
}

/** How the ticks of an entry went. */
export interface Fired {
  readonly firings: CronFiring[]
  /** The last tick that is done, by us or by others. */
  readonly lastMs: number | undefined
  /** When the last of our jobs was enqueued, RQ's ISO text. */
  readonly enqueuedAt: string | undefined
  /** The tick at which it had to stop, and why: it is tried again. */
  readonly refused: { readonly tickMs: number; readonly why: string } | undefined
  /** The entry is somebody else's now. */
  readonly lost: boolean
}

/** Fire ticks of an entry, one after another. It stops at the first that does not go. @throws RqdError RQD_REDIS */
export async function fireTicks(
  place: FiringPlace,
  entry: CronEntry,
  ticks: readonly number[],
  nowMs: number,
): Promise<Fired> {
  const { redis, keys, scheduler, clock, logger } = place
  const { name, queue, schedule } = entry
  const firings: CronFiring[] = []
  let lastMs: number | undefined
  let enqueuedAt: string | undefined
  for (const tickMs of ticks) {
    const atMs = clock.epochMs()
    const nowIso = formatIso(atMs)
    const { jobId, packed } = spawnJob(entry, tickMs, atMs, place)
    const call = { entry: name, schedule: schedule.text, tickMs, nowIso, packed }
    const reply = await fireTick(redis, keys, scheduler, call)
    if (reply === 'lost') return { firings, lastMs, enqueuedAt, refused: undefined, lost: true }
    if (typeof reply === 'object') {
      return { firings, lastMs, enqueuedAt, refused: { tickMs, why: reply.refused }, lost: false }
    }
    lastMs = tickMs
    if (reply === 'past') continue
    enqueuedAt = nowIso
    const tick = new Date(tickMs)
    firings.push({ entry: name, tick, jobId, queue })
    const lateSec = nowMs - tickMs > LATE_MS ? Math.round((nowMs - tickMs) / 1000) : undefined
    logger.info('a cron entry has fired', { entry: name, tick: tick.toISOString(), jobId, queue, lateSec })
  }
  return { firings, lastMs, enqueuedAt, refused: undefined, lost: false }
}
