import type { Clock } from '../clock.js'
import { coerceError } from '../errors.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { Beat, Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import type { Service } from '../service.js'

/** Beats in a lease: so many may fail in a row, less one, before the lease runs out. */
const BEATS_PER_LEASE = 4

export interface HeartOptions {
  store: Store
  clock: Clock
  logger: Logger
  queues: readonly string[]
  leaseMs: number
  supervisorId: () => string
  /** The workers and running jobs to show alive. */
  members: () => Pick<Beat, 'workers' | 'running'>
  /** The lease is held no longer. */
  leaseLost: () => Promise<void>
  /** The claim of a running job is gone. */
  claimLost: (execution: string) => void
  /** How many claims Redis has of this supervisor. */
  counted: (claims: number) => void
}

/** Keeps the lease and shows workers and running jobs alive, several times a lease. */
export class Heart implements Service {
  readonly #options: HeartOptions
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined
  #stopped = false
  #failing = false

  constructor(options: HeartOptions) {
    this.#options = options
  }

  start(): Promise<void> {
    this.#plan()
    return Promise.resolve()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#beating
  }

  /** Beat now, whatever the timer says. */
  beat(): Promise<void> {
    this.#beating ??= this.#beat().finally(() => {
      this.#beating = undefined
      this.#plan()
    })
    return this.#beating
  }

  #plan(): void {
    clearTimeout(this.#timer)
    if (!this.#stopped) this.#timer = setTimeout(() => void this.beat(), this.#options.leaseMs / BEATS_PER_LEASE)
  }

  async #beat(): Promise<void> {
    const { store, clock, logger, queues, leaseMs, supervisorId, members, leaseLost, claimLost, counted } =
      this.#options
    try {
      const reply = await store.beat({
        supervisorId: supervisorId(),
        leaseMs,
        workerTtlSec: rqDefaults.workerTtlSec,
        nowIso: formatIso(clock.epochMs()),
        queues,
        ...members(),
      })
      this.#failing = false
      if (reply === 'lost') await leaseLost()
      else {
        for (const execution of reply.gone) claimLost(execution)
        counted(reply.claims)
      }
    } catch (thrown) {
      if (!this.#failing) logger.error('no beat could be sent to Redis', { error: coerceError(thrown).message })
      this.#failing = true
    }
  }
}
