import { setTimeout as delay } from 'node:timers/promises'
import { type Clock, systemClock } from '../clock.js'
import { coerceError } from '../errors.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import type { HeldJob } from './held-job.js'

/** Between attempts while Redis does not answer. */
const RETRY_MS = 250

/**
 * A job is shown once it has run for so long. What ends sooner is over before anybody could look, and the mark would
 * cost more than all the rest; what runs for a second is seen.
 */
const SHOW_AFTER_MS = 50
/** Starts that are due so soon go along with one that is due now. */
const GATHER_MS = 10

interface Start {
  readonly job: HeldJob
  readonly worker: string
  readonly startedAtMs: number
  /** When it is to be shown, monotonic. */
  readonly dueMs: number
}

/**
 * Shows jobs as running in Redis, many at a time. Nothing waits for it: a job whose function has been called runs,
 * and while Redis does not answer the mark is written as soon as it does, unless the job has ended by then.
 */
export class Starter {
  readonly #store: Store
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #onLost: (execution: string) => void
  /** By execution, the oldest first. */
  readonly #waiting = new Map<string, Start>()
  #flushing = false

  /** `onLost`: the claim of a running job is gone; somebody else runs or ran it. */
  constructor(options: { store: Store; logger: Logger; clock?: Clock; onLost: (execution: string) => void }) {
    this.#store = options.store
    this.#logger = options.logger
    this.#clock = options.clock ?? systemClock
    this.#onLost = options.onLost
  }

  /** Show a job as running, if it still runs in a moment. */
  started(job: HeldJob, worker: string, startedAtMs: number): void {
    const dueMs = this.#clock.monoMs() + SHOW_AFTER_MS
    this.#waiting.set(job.execution, { job, worker, startedAtMs, dueMs })
    if (!this.#flushing) void this.#flush()
  }

  /** The job has ended: there is nothing to show any more. */
  ended(execution: string): void {
    this.#waiting.delete(execution)
  }

  async #flush(): Promise<void> {
    this.#flushing = true
    let complaints = 0
    let oldest: Start | undefined
    await this.#pause(SHOW_AFTER_MS)
    while ((oldest = first(this.#waiting)) !== undefined) {
      const leftMs = oldest.dueMs - this.#clock.monoMs()
      if (leftMs > 0) {
        await this.#pause(Math.max(leftMs, GATHER_MS))
        continue
      }
      const { supervisorId } = oldest.job
      try {
        await this.#write(supervisorId, this.#due(supervisorId))
        complaints = 0
      } catch (thrown) {
        complaints += 1
        const error = coerceError(thrown)
        if (complaints === 1) this.#logger.warn('running jobs cannot be shown in Redis', { error: error.message })
        await this.#pause(RETRY_MS)
      }
    }
    this.#flushing = false
  }

  #pause(ms: number): Promise<void> {
    return delay(ms, undefined, { ref: false })
  }

  #due(supervisorId: string): Start[] {
    const untilMs = this.#clock.monoMs() + GATHER_MS
    return [...this.#waiting.values()].filter(({ job, dueMs }) => dueMs <= untilMs && job.supervisorId === supervisorId)
  }

  async #write(supervisorId: string, starts: readonly Start[]): Promise<void> {
    // From now on nobody can know whether the mark stands, until the answer comes or the job's end takes it back.
    for (const { job } of starts) job.shown = true
    const replies = await this.#store.start(
      supervisorId,
      rqDefaults.workerTtlSec,
      starts.map(({ job, worker, startedAtMs }) => ({
        execution: job.execution,
        jobId: job.id,
        queue: job.origin,
        worker,
        startedAt: formatIso(startedAtMs),
        markSec: rqDefaults.runningMarkSec,
      })),
    )
    replies.forEach((reply, i) => {
      const start = starts[i]
      if (start === undefined) return
      // It stays until then, so that `ended` finds it while a write is under way that may have to be repeated.
      this.#waiting.delete(start.job.execution)
      if (reply === 'lost') this.#onLost(start.job.execution)
    })
  }
}

function first<T>(map: ReadonlyMap<unknown, T>): T | undefined {
  for (const value of map.values()) return value
  return undefined
}
