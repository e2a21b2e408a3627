import { hostname } from 'node:os'
import { pid } from 'node:process'
import type { Clock } from '../clock.js'
import { RqdError, coerceError } from '../errors.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import type { Beat, Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import { version } from '../version.js'
import { Heart } from './heart.js'
import type { HeldJob } from './held-job.js'
import { registration } from './registration.js'

/** After so long without a beat of this process, others take its jobs over. */
const LEASE_MS = 10_000

export interface MembershipOptions {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly queues: readonly string[]
  /** The RQ worker that is shown to others; none where a job runs at once in who enqueues it. */
  readonly worker: string | undefined
  /** The job that runs now. */
  readonly running: () => { readonly job: HeldJob; readonly startedMonoMs: number } | undefined
  /** The claim of the running job is gone, or all claims are. */
  readonly onLost: () => void
}

/** What Redis knows of a process that runs jobs itself: a lease, which keeps its jobs its own, and perhaps a worker. */
export class Membership {
  readonly #options: MembershipOptions
  readonly #heart: Heart
  #supervisorId: string
  #renewing: Promise<void> | undefined

  constructor(options: MembershipOptions) {
    const { store, clock, random, logger, queues, onLost } = options
    this.#options = options
    this.#supervisorId = random.hex(32)
    this.#heart = new Heart({
      store,
      clock,
      logger,
      queues,
      leaseMs: LEASE_MS,
      supervisorId: () => this.#supervisorId,
      members: () => this.#members(),
      leaseLost: () => this.leaseLost(),
      claimLost: onLost,
      counted: () => undefined,
    })
  }

  /** The id of the lease, under which claims are recorded. */
  get supervisorId(): string {
    return this.#supervisorId
  }

  /** Begin the lease. @throws RqdError RQD_NAME_TAKEN, RQD_REDIS */
  async join(): Promise<void> {
    await this.#register()
    await this.#heart.start()
  }

  /** End it. Redis being away is logged: its keys run out by themselves. */
  async leave(): Promise<void> {
    await this.#heart.stop()
    const { store, clock, queues, logger } = this.#options
    const nowIso = formatIso(clock.epochMs())
    try {
      await store.deregister({ supervisorId: this.#supervisorId, nowIso, queues, workers: this.#workers })
    } catch (thrown) {
      logger.error('a worker could not be deregistered; it disappears by itself in a few minutes', {
        error: coerceError(thrown).message,
      })
    }
  }

  /** The lease is held no longer: what was claimed under it is others'. Begin another one. Throws as `join`. */
  leaseLost(): Promise<void> {
    this.#renewing ??= this.#renew().finally(() => {
      this.#renewing = undefined
    })
    return this.#renewing
  }

  async #renew(): Promise<void> {
    this.#options.logger.error('the lease was lost: others have taken the jobs of this worker over')
    this.#options.onLost()
    this.#supervisorId = this.#options.random.hex(32)
    await this.#register()
  }

  get #workers(): string[] {
    const { worker } = this.#options
    return worker === undefined ? [] : [worker]
  }

  async #register(): Promise<void> {
    const { store, clock, queues, worker = '' } = this.#options
    const taken = await store.register(
      registration({
        supervisorId: this.#supervisorId,
        daemonId: this.#supervisorId,
        name: worker,
        version,
        // Without what proves a process dead, its jobs are taken over when its lease has run out.
        identity: { host: hostname(), bootId: null, pidNamespace: null, pid, startTicks: null },
        ipAddress: 'unknown',
        queues,
        workers: this.#workers,
        leaseMs: LEASE_MS,
        nowMs: clock.epochMs(),
      }),
    )
    if (taken === undefined) return
    const text = `a live worker is already called ${JSON.stringify(taken)}: choose another name, or stop the other one`
    throw new RqdError('RQD_NAME_TAKEN', text)
  }

  #members(): Pick<Beat, 'workers' | 'running'> {
    const { clock, worker, running } = this.#options
    const now = running()
    if (worker === undefined) return { workers: [], running: [] }
    const workers = [{ name: worker, state: now === undefined ? 'idle' : 'busy', pid }]
    if (now === undefined) return { workers, running: [] }
    const { id: jobId, execution, origin: queue } = now.job
    const workSec = Math.max(0, clock.monoMs() - now.startedMonoMs) / 1000
    return { workers, running: [{ execution, jobId, queue, worker, markSec: rqDefaults.runningMarkSec, workSec }] }
  }
}
