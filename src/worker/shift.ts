import type { Redis } from 'ioredis'
import type { Clock } from '../clock.js'
import { deferred } from '../deferred.js'
import type { Logger } from '../logger.js'
import { Recoverer } from '../maintenance/recoverer.js'
import type { Random } from '../random.js'
import type { Claim, Store } from '../redis/store.js'
import type { Custom } from '../run/customized.js'
import type { FunctionResolver } from '../run/resolve.js'
import { WebhookSender } from '../webhooks/sender.js'
import { BurstEnd } from './burst-end.js'
import { Commands } from './commands.js'
import { newCounters } from './counters.js'
import { Fetcher } from './fetcher.js'
import { holdJob, type HeldJob, type UnreadableJob } from './held-job.js'
import { InProcess } from './in-process.js'
import { Membership } from './membership.js'
import { strictOrder } from './queue-order.js'
import { reconcile } from './reconciler.js'
import { Settler } from './settler.js'
import { Starter } from './starter.js'
import { Wakeup } from './wakeup.js'

/** How long results may wait for Redis at the end. */
const SETTLE_LIMIT_MS = 10_000
const RECOVER_INTERVAL_MS = 1_000

export interface ShiftOptions {
  readonly name: string
  readonly queues: readonly string[]
  readonly store: Store
  /** Opens a connection for blocking calls. */
  readonly connect: () => Redis
  readonly resolver: FunctionResolver
  readonly resultTtlSec: number
  readonly storesFailures?: boolean
  readonly custom?: () => Custom | undefined
  readonly burst: boolean
  readonly maxJobs: number
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

interface Running {
  readonly job: HeldJob
  readonly startedMonoMs: number
  readonly ended: Promise<void>
}

/** One stretch of work of a worker in this process: from registering to deregistering. */
export class Shift {
  readonly #options: ShiftOptions
  readonly #counters = newCounters()
  readonly #settler: Settler
  readonly #burstEnd: BurstEnd
  readonly #starter: Starter
  readonly #membership: Membership
  readonly #inProcess: InProcess
  readonly #fetcher: Fetcher
  readonly #wakeup: Wakeup
  readonly #recoverer: Recoverer
  readonly #commands: Commands
  readonly #webhooks: WebhookSender
  readonly #done = deferred()
  #running: Running | undefined
  #taken = 0
  #ran = 0
  #stopping = false

  constructor(options: ShiftOptions) {
    const { store, clock, random, logger, queues, name, resolver, resultTtlSec } = options
    const supervisorId = (): string => this.#membership.supervisorId
    const onLost = (): void => this.#inProcess.abort()
    this.#options = options
    this.#done.promise.catch(() => undefined)
    this.#settler = new Settler({ store, clock, logger, counters: this.#counters })
    this.#starter = new Starter({ store, clock, logger, onLost })
    this.#burstEnd = new BurstEnd({
      settler: this.#settler,
      lookAgain: () => this.#fetcher.wake(),
      end: () => this.#done.resolve(),
    })
    const running = (): Running | undefined => this.#running
    this.#membership = new Membership({ store, clock, random, logger, queues, worker: name, running, onLost })
    this.#inProcess = new InProcess({
      store,
      resolver,
      clock,
      logger,
      settler: this.#settler,
      worker: name,
      resultTtlSec,
      storesFailures: options.storesFailures,
      custom: options.custom,
      onStarted: (job, atMs) => this.#starter.started(job, name, atMs),
      onEnded: ({ execution }) => this.#starter.ended(execution),
    })
    this.#fetcher = new Fetcher({
      store,
      queues,
      order: strictOrder,
      clock,
      random,
      logger,
      supervisorId,
      capacity: (coming) => this.#capacity(coming),
      accept: (claims, holder) => this.#accept(claims, holder),
      armLimit: () => 0,
      isArmed: () => false,
      idle: (empty) => this.#idle(empty),
      reconcile: () => this.#reconcile(),
      leaseLost: () => this.#membership.leaseLost(),
    })
    this.#recoverer = new Recoverer({
      store,
      clock,
      random,
      logger,
      intervalMs: RECOVER_INTERVAL_MS,
      ownId: supervisorId,
      onRecovered: (jobs) => (this.#counters.recovered += jobs),
    })
    this.#webhooks = new WebhookSender({ redis: store.redis, keys: store.keys, random, logger })
    this.#commands = new Commands({
      connect: options.connect,
      keys: store.keys,
      workers: [name],
      logger,
      listener: {
        stopJob: (_worker, jobId, execution) => this.#stopJob(jobId, execution),
        // It would take this process along.
        killHorse: () => undefined,
        shutdown: () => this.stop(),
      },
    })
    this.#wakeup = new Wakeup(store.keys, options.connect, {
      wake: () => this.#fetcher.wake(),
      arm: () => undefined,
      claimed: () => undefined,
      unsure: () => undefined,
    })
  }

  /** Work until there is an end. @returns how many jobs were run. @throws RqdError RQD_NAME_TAKEN, RQD_REDIS */
  async run(): Promise<number> {
    await this.#membership.join()
    try {
      await this.#recoverer.runOnce()
      await this.#recoverer.start()
      await this.#commands.start()
      await this.#webhooks.start()
      await this.#fetcher.start()
      await this.#done.promise
    } finally {
      await this.#end()
    }
    return this.#ran
  }

  /** Take no more jobs; end when the running one has. */
  stop(): void {
    this.#stopping = true
    if (this.#running === undefined) this.#done.resolve()
  }

  /** There is no way to go on. */
  fail(error: Error): void {
    this.#done.reject(error)
  }

  async #end(): Promise<void> {
    this.#stopping = true
    await this.#fetcher.stop()
    this.#wakeup.close()
    await this.#running?.ended
    await this.#reconcile().catch(() => undefined)
    const unsettled = await this.#settler.drain(SETTLE_LIMIT_MS)
    const { logger } = this.#options
    if (unsettled > 0) logger.error('stopped before Redis took all results; their jobs will run again', { unsettled })
    await this.#recoverer.stop()
    await this.#commands.stop()
    await this.#webhooks.stop()
    await this.#membership.leave()
  }

  #stopJob(jobId: string, execution: string | undefined): void {
    const job = this.#running?.job
    if (job?.id === jobId && (execution === undefined || execution === job.execution)) this.#inProcess.stop()
  }

  #capacity(coming: number): number {
    if (this.#stopping || this.#running !== undefined) return 0
    return Math.max(0, Math.min(1, this.#options.maxJobs - this.#taken) - coming)
  }

  #accept(claims: readonly Claim[], supervisorId: string): void {
    for (const claim of claims) {
      const job = holdJob(claim, supervisorId)
      // Asked to stop while the claim was on its way.
      if (this.#stopping) this.#handBack(job)
      else this.#begin(job)
    }
  }

  #begin(job: HeldJob | UnreadableJob): void {
    this.#taken += 1
    this.#counters.claimed += 1
    const ended = this.#inProcess.run(job).then(() => this.#ended())
    this.#running = { job, startedMonoMs: this.#options.clock.monoMs(), ended }
  }

  #ended(): void {
    this.#running = undefined
    this.#ran += 1
    if (this.#stopping || this.#taken >= this.#options.maxJobs) this.#done.resolve()
    else this.#fetcher.wake()
  }

  #handBack(job: HeldJob): void {
    const nowMs = this.#options.clock.epochMs()
    const settlement = { kind: 'hand-back', ttlSec: job.hash.ttlSec ?? 0 } as const
    this.#settler.settle({ job, settlement, worker: '', startedAtMs: nowMs, endedAtMs: nowMs })
  }

  #idle(empty: readonly string[]): boolean {
    if (!this.#options.burst) return this.#wakeup.watch(empty)
    this.#burstEnd.foundEmpty()
    return true
  }

  async #reconcile(): Promise<void> {
    const { store, clock, logger } = this.#options
    const holds = (execution: string): boolean =>
      this.#running?.job.execution === execution || this.#settler.holds(execution)
    await reconcile(store, this.#membership.supervisorId, holds, clock, logger)
  }
}
