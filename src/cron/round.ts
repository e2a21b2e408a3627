import { formatEpochSec, formatIso } from '../job/time.js'
import { announceScheduler, holdEntries, releaseEntries, type EntryState } from '../redis/cron-store.js'
import { dueTicks, upcomingTick } from './due.js'
import type { CronEntry } from './entry.js'
import { fireTicks, type CronFiring, type FiringPlace } from './fire.js'
import type { CronStep } from './scheduler.js'
import { rqCronJobs, shownText, type FollowedEntry } from './shown.js'

/** Firings of one entry in one look: the lease must be kept meanwhile. */
const MOST_FIRINGS = 50
/** RQ takes a scheduler that gave no sign of life for two minutes for dead. */
const ANNOUNCE_MS = 30_000
const FIRST_TTL_SEC = 60
const TTL_SEC = 120

export interface RoundOptions extends FiringPlace {
  readonly leaseMs: number
  /** Fields of RQ's hash of a cron scheduler. */
  readonly shown: Readonly<Record<string, string>>
}

type Subject = 'holder' | 'missed' | 'refused'

/** What a scheduler does again and again: hold its entries, fire what is due, show itself. */
export class CronRound {
  readonly #options: RoundOptions
  readonly #createdAt: string
  /** What was said of an entry, by entry and subject, so that it is said once. */
  readonly #told = new Map<string, string>()
  #announced: { atMonoMs: number; jobs: string } | undefined

  constructor(options: RoundOptions) {
    this.#options = options
    this.#createdAt = formatIso(options.clock.epochMs())
  }

  /** @throws RqdError RQD_REDIS */
  async run(entries: readonly CronEntry[], given: number | undefined): Promise<CronStep> {
    const { redis, keys, scheduler, leaseMs } = this.#options
    if (entries.length === 0) return { firings: [], nextMs: undefined }
    const { nowMs: redisMs, states } = await holdEntries(redis, keys, scheduler, {
      entries: entries.map((entry) => ({ name: entry.name, schedule: entry.schedule.text, shown: shownText(entry) })),
      leaseMs,
      sinceMs: given,
    })
    const nowMs = given ?? redisMs
    const firings: CronFiring[] = []
    const followed: FollowedEntry[] = []
    let nextMs = Infinity
    for (const [i, entry] of entries.entries()) {
      const state = states[i]
      if (state?.holder !== scheduler) {
        this.#tellForeign(entry, state)
        continue
      }
      this.#tellOurs(entry)
      const look = await this.#look(entry, state, nowMs)
      firings.push(...look.firings)
      if (look.followed === undefined) continue
      followed.push(look.followed)
      nextMs = Math.min(nextMs, look.more ? nowMs : (look.followed.nextMs ?? Infinity))
    }
    await this.#announce(followed)
    return { firings, nextMs: nextMs === Infinity ? undefined : Math.max(0, nextMs - nowMs) }
  }

  /** @throws RqdError RQD_REDIS */
  async release(names: readonly string[]): Promise<void> {
    const { redis, keys, scheduler } = this.#options
    await releaseEntries(redis, keys, scheduler, names)
  }

  async #look(
    entry: CronEntry,
    state: EntryState,
    nowMs: number,
  ): Promise<{ firings: CronFiring[]; followed: FollowedEntry | undefined; more: boolean }> {
    const { logger } = this.#options
    const { name, schedule, backfill } = entry
    const { ticks, missedMs } = dueTicks(schedule, state, nowMs, backfill)
    if (missedMs !== undefined) {
      const missed = new Date(missedMs).toISOString()
      this.#tell(name, 'missed', missed, () =>
        logger.warn('ticks of a cron entry were missed and are skipped', { entry: name, from: missed }),
      )
    }
    const fired = await fireTicks(this.#options, entry, ticks.slice(0, MOST_FIRINGS), nowMs)
    const { firings, refused } = fired
    if (refused === undefined) {
      this.#told.delete(topic(name, 'refused'))
    } else {
      const tick = new Date(refused.tickMs).toISOString()
      this.#tell(name, 'refused', refused.why, () =>
        logger.warn('a cron entry cannot fire; it is tried again', { entry: name, tick, error: refused.why }),
      )
    }
    if (fired.lost) return { firings, followed: undefined, more: false }
    const lastMs = fired.lastMs ?? state.lastMs
    const followed: FollowedEntry = {
      entry,
      enqueuedAt: fired.enqueuedAt ?? state.enqueuedAt,
      nextMs: upcomingTick(schedule, { sinceMs: state.sinceMs, lastMs }, nowMs),
    }
    return { firings, followed, more: refused === undefined && ticks.length > MOST_FIRINGS }
  }

  #tellOurs({ name }: CronEntry): void {
    const from = this.#told.get(topic(name, 'holder'))
    if (from === undefined) return
    this.#told.delete(topic(name, 'holder'))
    this.#options.logger.info('a cron entry was taken over', { entry: name, from })
  }

  #tellForeign({ name }: CronEntry, state: EntryState | undefined): void {
    const { logger } = this.#options
    if (state === undefined) {
      this.#tell(name, 'holder', '', () =>
        logger.error('a cron entry cannot be looked after: its key holds something else', { entry: name }),
      )
    } else {
      this.#tell(name, 'holder', state.holder, () =>
        logger.debug('a cron entry is looked after by another scheduler', { entry: name, holder: state.holder }),
      )
    }
  }

  #tell(entry: string, subject: Subject, what: string, say: () => void): void {
    const key = topic(entry, subject)
    if (this.#told.get(key) === what) return
    this.#told.set(key, what)
    say()
  }

  /** Show RQ's viewers the entries that are ours: each is shown by one scheduler. */
  async #announce(followed: readonly FollowedEntry[]): Promise<void> {
    const { redis, keys, scheduler, clock, shown } = this.#options
    const jobs = rqCronJobs(followed)
    const nowMonoMs = clock.monoMs()
    const last = this.#announced
    if (last?.jobs === jobs && nowMonoMs - last.atMonoMs < ANNOUNCE_MS) return
    await announceScheduler(redis, keys, scheduler, {
      now: formatEpochSec(clock.epochMs()),
      ttlSec: last === undefined ? FIRST_TTL_SEC : TTL_SEC,
      fields: { ...shown, created_at: this.#createdAt, cron_jobs: jobs },
    })
    this.#announced = { atMonoMs: nowMonoMs, jobs }
  }
}

function topic(entry: string, subject: Subject): string {
  return `${subject} ${entry}`
}
