import type { Clock } from '../clock.js'
import { coerceError } from '../errors.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import type { Store } from '../redis/store.js'
import type { Service } from '../service.js'

/** Most jobs handed back by one call of the script. */
const BATCH = 200

export interface RecovererOptions {
  store: Store
  clock: Clock
  random: Random
  logger: Logger
  /** How often to look for leases that have run out. */
  intervalMs: number
  /** The supervisor that never recovers itself. */
  ownId: () => string
  onRecovered: (jobs: number) => void
}

/** Looks for supervisors whose lease has run out and puts their jobs back to the front of their queues. */
export class Recoverer implements Service {
  readonly #options: RecovererOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #stopped = false
  #failing = false

  constructor(options: RecovererOptions) {
    this.#options = options
  }

  start(): Promise<void> {
    this.#plan()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#running
  }

  /** One look. @returns the number of jobs handed back. @throws RqdError RQD_REDIS */
  async runOnce(): Promise<number> {
    let jobs = 0
    for (const id of await this.#options.store.expiredSupervisors()) {
      if (id !== this.#options.ownId()) jobs += await this.recover(id, false)
    }
    return jobs
  }

  /** Take over all jobs of a supervisor; `proved`: it is dead, whatever its lease says. @returns how many. */
  async recover(supervisorId: string, proved: boolean): Promise<number> {
    const { store, clock, logger, onRecovered } = this.#options
    let jobs = 0
    for (;;) {
      const nowIso = formatIso(clock.epochMs())
      const reply = await store.recover({ supervisorId, proved, limit: BATCH, nowIso })
      if (reply === undefined) return jobs
      jobs += reply.jobIds.length
      onRecovered(reply.jobIds.length)
      for (const jobId of reply.jobIds) logger.warn('recovered a job of a dead daemon', { jobId, supervisorId })
      if (!reply.more) return jobs
    }
  }

  #plan(): void {
    if (this.#stopped) return
    // Jitter: the daemons of a fleet do not all look in the same instant.
    const delayMs = this.#options.intervalMs * (0.75 + 0.5 * this.#options.random.unit())
    this.#timer = setTimeout(() => {
      this.#running = this.#look().finally(() => this.#plan())
    }, delayMs)
  }

  async #look(): Promise<void> {
    try {
      await this.runOnce()
      this.#failing = false
    } catch (thrown) {
      if (!this.#failing) {
        this.#options.logger.warn('cannot look for dead daemons', { error: coerceError(thrown).message })
      }
      this.#failing = true
    }
  }
}
