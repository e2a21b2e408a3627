import type { Redis } from 'ioredis'
import type { Clock } from '../clock.js'
import { coerceError } from '../errors.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import { Looks } from '../looks.js'
import type { Random } from '../random.js'
import type { Keys } from '../redis/keys.js'
import { promote, retireScheduler, type Promotion, type SchedulerIdentity } from '../redis/scheduler-store.js'
import type { Service } from '../service.js'

/**
 * A lock without a sign of life is free after so long: RQ's own last a minute. It is renewed every second; a holder that
 * stalls for longer loses it, which does no harm, as each call of the script looks at the lock and moves jobs in one step.
 */
const LOCK_SEC = 2
/** Looks at locks that others hold. With the time of the lock: who dies is followed within three seconds. */
const FOLLOW_MS = 750
/** Jobs queued by one call of the script: some 6 ms of Redis. Between two calls a busy daemon does other things first. */
const BATCH = 500
const INTERVAL_MS = 1_000

export interface SchedulerOptions {
  redis: Redis
  keys: Keys
  queues: readonly string[]
  clock: Clock
  random: Random
  logger: Logger
  /** Shown to viewers. */
  host: string
  pid: number
  /** Longest time between two looks; by default one comes at each whole second of Redis' clock, when jobs become due. */
  intervalMs?: number
  lockSec?: number
}

/**
 * Puts scheduled jobs on their queues when their time has come. It holds the locks that RQ's schedulers hold, so that
 * of all schedulers of a queue, ours and theirs, one works and another takes over when that one dies.
 */
export class Scheduler implements Service {
  readonly #options: Required<SchedulerOptions>
  readonly #identity: SchedulerIdentity
  /** Queues with a key of a wrong type: said once. */
  readonly #blocked = new Set<string>()
  readonly #looks: Looks

  constructor(options: SchedulerOptions) {
    this.#options = { intervalMs: INTERVAL_MS, lockSec: LOCK_SEC, ...options }
    const { host, pid, random, clock } = options
    const fields = { hostname: host, pid: String(pid), created_at: formatIso(clock.epochMs()) }
    this.#identity = { name: newSchedulerName(random), fields }
    this.#looks = new Looks({
      look: () => this.#look(),
      retryMs: this.#options.intervalMs,
      logger: this.#options.logger,
      failing: 'scheduled jobs cannot be queued; it is tried again every second',
      recovered: 'scheduled jobs are looked after again',
    })
  }

  /** The value of the locks that are ours. */
  get name(): string {
    return this.#identity.name
  }

  /** Look once, and go on looking. What is due is on its queue when this resolves, unless Redis is away. */
  start(): Promise<void> {
    return this.#looks.start()
  }

  /** Resolves when nothing is under way and the locks are given back. */
  async stop(): Promise<void> {
    if ((await this.#looks.stop()) !== 'started') return
    const { redis, keys, queues, logger } = this.#options
    try {
      await retireScheduler(redis, keys, this.name, queues)
    } catch (thrown) {
      // They expire by themselves.
      logger.debug('the locks of the scheduler were not given back', { error: coerceError(thrown).message })
    }
  }

  /** One look at all queues. @throws RqdError RQD_REDIS */
  async runOnce(): Promise<Promotion> {
    const { redis, keys, queues, clock, lockSec } = this.#options
    const nowIso = formatIso(clock.epochMs())
    const found = await promote(redis, keys, this.#identity, { queues, ttlSec: lockSec, nowIso, limit: BATCH })
    this.#tell(found)
    return found
  }

  /** @returns when to look again */
  async #look(): Promise<number> {
    const { intervalMs, queues } = this.#options
    const { nextMs = intervalMs, secondMs, held } = await this.runOnce()
    const followMs = held.length < queues.length ? FOLLOW_MS : intervalMs
    return Math.min(intervalMs, nextMs, secondMs, followMs)
  }

  #tell({ queued, dropped, blocked }: Promotion): void {
    const { logger } = this.#options
    for (const { jobId, queue } of queued) logger.debug('a scheduled job is queued', { jobId, queue })
    for (const { jobId, queue } of dropped) {
      logger.warn('a scheduled job is gone or canceled: its entry was removed', { jobId, queue })
    }
    for (const queue of blocked) {
      if (!this.#blocked.has(queue)) {
        logger.error('scheduled jobs of a queue cannot be queued: one of its keys holds something else', { queue })
      }
      this.#blocked.add(queue)
    }
    for (const queue of this.#blocked) if (!blocked.includes(queue)) this.#blocked.delete(queue)
  }
}

/** A name for a scheduler that nobody else has: digits only, see `SchedulerIdentity`. */
export function newSchedulerName(random: Random): string {
  // 13 hex digits are a whole number for JavaScript too; a leading 1 keeps all names of one length.
  return `1${String(parseInt(random.hex(13), 16)).padStart(16, '0')}`
}
