import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { coerceError } from '../errors.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import type { HeldJob } from './held-job.js'

/** Between attempts while Redis does not answer. */
const RETRY_MS = 250

interface Start {
  readonly job: HeldJob
  readonly worker: string
  readonly startedAtMs: number
}

/**
 * Shows jobs as running in Redis, many at a time. Nothing waits for it: a job whose function has been called runs,
 * and while Redis does not answer the mark is written as soon as it does, unless the job has ended by then.
 */
export class Starter {
  readonly #store: Store
  readonly #logger: Logger
  readonly #onLost: (execution: string) => void
  #waiting: Start[] = []
  #flushing = false

  /** `onLost`: the claim of a running job is gone; somebody else runs or ran it. */
  constructor(options: { store: Store; logger: Logger; onLost: (execution: string) => void }) {
    this.#store = options.store
    this.#logger = options.logger
    this.#onLost = options.onLost
  }

  /** Show a job as running, soon. */
  started(job: HeldJob, worker: string, startedAtMs: number): void {
    this.#waiting.push({ job, worker, startedAtMs })
    if (!this.#flushing) void this.#flush()
  }

  /** The job has ended: there is nothing to show any more. */
  ended(execution: string): void {
    if (this.#waiting.length > 0) this.#waiting = this.#waiting.filter(({ job }) => job.execution !== execution)
  }

  async #flush(): Promise<void> {
    this.#flushing = true
    await nextTurn()
    let complaints = 0
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { supervisorId } = next.job
      const batch = this.#waiting.filter(({ job }) => job.supervisorId === supervisorId)
      try {
        await this.#write(supervisorId, batch)
        // They stay until then, so that `ended` finds them while a write is under way that may have to be repeated.
        const written = new Set(batch)
        this.#waiting = this.#waiting.filter((start) => !written.has(start))
        complaints = 0
      } catch (thrown) {
        complaints += 1
        const error = coerceError(thrown)
        if (complaints === 1) this.#logger.warn('running jobs cannot be shown in Redis', { error: error.message })
        await delay(RETRY_MS, undefined, { ref: false })
      }
    }
    this.#flushing = false
  }

  async #write(supervisorId: string, starts: readonly Start[]): Promise<void> {
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
      if (start !== undefined && reply === 'lost') this.#onLost(start.job.execution)
    })
  }
}
