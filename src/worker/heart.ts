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
  /** What the daemon does now, JSON, to be shown to others. Left out: nothing is shown. */
  summary?: () => string
  /** Takes orders that came through Redis; left out: none are taken up. */
  ordered?: ((orders: readonly string[]) => void) | undefined
}

/** Orders that one beat takes up; the next ones come with the next beat, which follows at once. */
const ORDERS_PER_BEAT = 8

/** Keeps the lease and shows workers and running jobs alive, several times a lease. */
export class Heart implements Service {
  readonly #options: HeartOptions
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined
  #stopped = false
  #failing = false
  /** The summary that Redis has, and of which supervisor. */
  #shown = ''
  #beatsAgain = false

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
      const again = this.#beatsAgain
      this.#beatsAgain = false
      if (again && !this.#stopped) void this.beat()
      else this.#plan()
    })
    return this.#beating
  }

  /** Something has changed that others are to know, or that Redis has for us: beat now, and again if a beat is on its way. */
  nudge(): void {
    if (this.#stopped) return
    if (this.#beating === undefined) void this.beat()
    else this.#beatsAgain = true
  }

  #plan(): void {
    clearTimeout(this.#timer)
    if (!this.#stopped) this.#timer = setTimeout(() => void this.beat(), this.#options.leaseMs / BEATS_PER_LEASE)
  }

  async #beat(): Promise<void> {
    const { store, clock, logger, queues, leaseMs, members, leaseLost, claimLost, counted, ordered } = this.#options
    const supervisorId = this.#options.supervisorId()
    const summary = this.#options.summary?.() ?? ''
    const shown = supervisorId + summary
    try {
      const reply = await store.beat({
        supervisorId,
        leaseMs,
        workerTtlSec: rqDefaults.workerTtlSec,
        nowIso: formatIso(clock.epochMs()),
        queues,
        summary: shown === this.#shown ? undefined : summary,
        orderLimit: ordered === undefined ? 0 : ORDERS_PER_BEAT,
        ...members(),
      })
      this.#failing = false
      if (reply === 'lost') await leaseLost()
      else {
        this.#shown = shown
        for (const execution of reply.gone) claimLost(execution)
        counted(reply.claims)
        if (reply.orders.length > 0) ordered?.(reply.orders)
        if (reply.orders.length === ORDERS_PER_BEAT) this.#beatsAgain = true
      }
    } catch (thrown) {
      if (!this.#failing) logger.error('no beat could be sent to Redis', { error: coerceError(thrown).message })
      this.#failing = true
    }
  }
}
