import type { Redis } from 'ioredis'
import type { Clock } from '../clock.js'
import { coerceError } from '../errors.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import { DEFAULT_COMPAT, type Compat } from '../redis/compat.js'
import type { Keys } from '../redis/keys.js'
import {
  CLEANING_LOCK_SEC,
  lockCleaning,
  sweepAbandoned,
  sweepIntermediate,
  sweepRegistries,
  unlockCleaning,
  type AbandonedJob,
} from '../redis/sweep-store.js'
import type { Service } from '../service.js'
import { GroupPurge } from './group-purge.js'

const INTERVAL_MS = 15_000
/** A sweep of RQ's that has read an entry before we reserved it is done with it by then. */
export const RESERVE_MS = 5_000
const INTERMEDIATE_MS = 30_000
/** RQ's workers beat every 30 seconds: a living one has beaten by then. */
export const BEAT_MS = 45_000
/** How far ahead a reservation goes: we act within its first half, hosts of Python may be fast by the other. */
export const HOLD_SEC = 600
/** We do not delete a lock that might have expired meanwhile: it would be somebody else's. */
const LOCK_MARGIN_MS = 60_000

export interface RqSweeperOptions {
  redis: Redis
  keys: Keys
  queues: readonly string[]
  clock: Clock
  random: Random
  logger: Logger
  /** With which line of RQ the data is shared. */
  compat?: Compat
  /** Between sweeps, with a fifth of jitter either way. */
  intervalMs?: number
  /** Between finding an abandoned job and recovering it. */
  reserveMs?: number
  /** How long an id may lie on an intermediate list. */
  intermediateMs?: number
  /** As `reserveMs`, for a job whose worker still has its keys in Redis. */
  beatMs?: number
  /** So many jobs that workers of RQ had left behind were recovered. */
  onRecovered?: (jobs: number) => void
}

/** What a sweep over all queues did. */
export interface SweepReport {
  /** Jobs put back or failed: `retried`, `failed` and `returned` together. */
  recovered: number
  /** Abandoned jobs with retries left, on their queue again or scheduled. */
  retried: number
  failed: number
  /** Jobs that a worker took and never started, at the front of their queue again. */
  returned: number
  /** Abandoned jobs found, or found changed, by this sweep: one of the next will decide. */
  reserved: number
  /** Entries dropped: the job is gone, has gone on, or has run out. */
  dropped: number
  /** Queues that somebody else was cleaning: only abandoned jobs were looked after there. */
  busy: number
}

/**
 * Looks after what workers of Python RQ leave behind when they die, on the queues that we serve: abandoned jobs, ids
 * on intermediate lists, registry entries that have run out, groups. docs/coexistence.md tells the rules.
 */
export class RqSweeper implements Service {
  readonly #options: Required<RqSweeperOptions>
  readonly #groups: GroupPurge
  #groupsFail = false
  /** Queues whose last sweep failed: said once. */
  readonly #failing = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<SweepReport> | undefined
  #started = false
  #stopped = false
  #pending = false

  constructor(options: RqSweeperOptions) {
    this.#options = {
      compat: DEFAULT_COMPAT,
      intervalMs: INTERVAL_MS,
      reserveMs: RESERVE_MS,
      intermediateMs: INTERMEDIATE_MS,
      beatMs: BEAT_MS,
      onRecovered: () => undefined,
      ...options,
    }
    this.#groups = new GroupPurge(options.redis, options.keys)
  }

  /** Sweep soon, and from then on at every interval. Does not wait for the first sweep: Redis may be away. */
  start(): Promise<void> {
    if (!this.#started && !this.#stopped) {
      this.#started = true
      this.#plan(0)
    }
    return Promise.resolve()
  }

  /** Resolves when no sweep is under way any more. What is reserved is left to other daemons, or to the next start. */
  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  /** Sweep all queues now, or join the sweep that is under way. Never rejects: trouble is logged, and tried again. */
  runOnce(): Promise<SweepReport> {
    this.#running ??= this.#sweepAll().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  #plan(delayMs: number): void {
    clearTimeout(this.#timer)
    if (this.#stopped) return
    this.#timer = setTimeout(() => void this.runOnce().then(() => this.#plan(this.#nextMs())), delayMs)
    this.#timer.unref()
  }

  #nextMs(): number {
    const { intervalMs, reserveMs, random } = this.#options
    const untilMs = this.#pending ? Math.min(intervalMs, Math.max(reserveMs, 1)) : intervalMs
    // What is reserved is old enough only afterwards.
    return untilMs * ((this.#pending ? 1 : 0.8) + 0.4 * random.unit())
  }

  async #sweepAll(): Promise<SweepReport> {
    const { queues, logger, onRecovered } = this.#options
    const report = { recovered: 0, retried: 0, failed: 0, returned: 0, reserved: 0, dropped: 0, busy: 0 }
    this.#pending = false
    for (const queue of queues) {
      if (this.#stopped) break
      const before = report.recovered
      try {
        await this.#sweepQueue(queue, report)
        this.#failing.delete(queue)
      } catch (thrown) {
        if (!this.#failing.has(queue)) {
          const error = coerceError(thrown).message
          logger.error('a queue could not be swept; it is tried again at every interval', { queue, error })
        }
        this.#failing.add(queue)
      }
      if (report.recovered > before) onRecovered(report.recovered - before)
    }
    await this.#purgeGroups(report)
    if (report.recovered + report.dropped > 0) logger.info('swept up after workers of RQ', { ...report })
    return report
  }

  async #purgeGroups(report: SweepReport): Promise<void> {
    if (this.#stopped) return
    try {
      report.dropped += await this.#groups.step()
      this.#groupsFail = false
    } catch (thrown) {
      const error = coerceError(thrown).message
      if (!this.#groupsFail) this.#options.logger.error('groups could not be purged; it is tried again', { error })
      this.#groupsFail = true
    }
  }

  async #sweepQueue(queue: string, report: SweepReport): Promise<void> {
    const { redis, keys, clock } = this.#options
    const asked = { epochMs: clock.epochMs(), monoMs: clock.monoMs() }
    const lock = await lockCleaning(redis, keys, queue)
    try {
      await this.#recoverAbandoned(queue, report)
      if (lock === 'busy') {
        report.busy += 1
      } else {
        await this.#returnIntermediate(queue, report)
        const { finished, failed, workers } = await sweepRegistries(redis, keys, { queue })
        report.dropped += finished + failed + workers
      }
    } finally {
      // Two clocks: one stands still while the host sleeps, the other may be set.
      const heldMs = Math.max(clock.epochMs() - asked.epochMs, clock.monoMs() - asked.monoMs)
      if (lock === 'taken' && heldMs < CLEANING_LOCK_SEC * 1000 - LOCK_MARGIN_MS) {
        await unlockCleaning(redis, keys, queue)
      }
    }
  }

  async #recoverAbandoned(queue: string, report: SweepReport): Promise<void> {
    const { redis, keys, clock, reserveMs, beatMs, compat } = this.#options
    const nowIso = formatIso(clock.epochMs())
    const found = await sweepAbandoned(redis, keys, {
      queue,
      nowIso,
      settleMs: reserveMs,
      beatMs,
      holdSec: HOLD_SEC,
      compat,
    })
    for (const job of found.jobs) {
      report.recovered += 1
      report[job.outcome === 'scheduled' ? 'retried' : job.outcome] += 1
      this.#tell(queue, job)
    }
    report.reserved += found.reserved
    report.dropped += found.dropped
    if (found.pending > 0) this.#pending = true
  }

  async #returnIntermediate(queue: string, report: SweepReport): Promise<void> {
    const { redis, keys, clock, logger, intermediateMs } = this.#options
    const nowIso = formatIso(clock.epochMs())
    const found = await sweepIntermediate(redis, keys, { queue, nowIso, ageMs: intermediateMs })
    for (const jobId of found.returned) {
      report.recovered += 1
      report.returned += 1
      logger.warn('a job that an RQ worker took and never started is back on its queue', { jobId, queue })
    }
    report.dropped += found.removed
  }

  #tell(queue: string, job: AbandonedJob): void {
    const { jobId, outcome, worker, startedAt, failureCallback } = job
    const fields = { jobId, queue, worker, startedAt }
    const { logger } = this.#options
    switch (outcome) {
      case 'failed':
        logger.warn('a job abandoned by an RQ worker was failed', {
          ...fields,
          // Python code: nobody has called it.
          ...(failureCallback === '' ? {} : { failureCallbackNotRun: failureCallback }),
        })
        return
      case 'retried':
      case 'scheduled':
        logger.warn('a job abandoned by an RQ worker is tried again', { ...fields, delayed: outcome === 'scheduled' })
        return
      case 'returned':
        logger.warn('a job that an RQ worker took and never started is back on its queue', fields)
    }
  }
}
