import type { Clock } from '../../src/clock.js'
import { RqdError, coerceError } from '../../src/errors.js'
import { formatIso } from '../../src/job/time.js'
import type { Logger } from '../../src/logger.js'
import type { Random } from '../../src/random.js'
import { DEFAULT_PREFIX } from '../../src/redis/keys.js'
import type { Beat, Store } from '../../src/redis/store.js'
import { rqDefaults } from '../../src/rq-defaults.js'
import { dismissWorkers, enlistWorkers } from '../../src/redis/worker-store.js'
import { furtherNames, newWorker, registration, workerNames } from '../../src/worker/registration.js'
import type { ProcessIdentity } from '../host.js'
import type { RunningJob } from './job-board.js'
import type { SlotView } from './slot-view.js'

export interface PresenceOptions {
  name: string
  daemonId: string
  version: string
  identity: ProcessIdentity
  queues: readonly string[]
  executors: number
  leaseMs: number
  /** Takes what is ordered through Redis, if it does. */
  orders?: object | undefined
  store: Store
  clock: Clock
  random: Random
  logger: Logger
  recordsHistory?: boolean | undefined
}

/** What Redis knows of this daemon: the lease under its present id, and one RQ worker per executor slot. */
export class Presence {
  readonly #options: PresenceOptions
  #workers: readonly string[]
  #supervisorId: string
  #registered = false

  constructor(options: PresenceOptions) {
    this.#options = options
    this.#supervisorId = options.random.hex(32)
    this.#workers = workerNames(options.name, options.executors)
  }

  /** The id of the lease, under which claims are recorded. */
  get supervisorId(): string {
    return this.#supervisorId
  }

  /** Whether Redis knows of it. */
  get isRegistered(): boolean {
    return this.#registered
  }

  /** The names of the workers that are registered, or going to be. */
  get workers(): readonly string[] {
    return this.#workers
  }

  /**
   * Register so many more workers, now or with the others. @returns their names.
   * @throws RqdError RQD_NAME_TAKEN, RQD_REDIS; then there are as many as before
   */
  async enlist(count: number): Promise<string[]> {
    const { store, clock, name, queues } = this.#options
    const names = furtherNames(name, this.#workers, count)
    const allWorkers = [...this.#workers, ...names]
    if (!this.#registered) {
      this.#workers = allWorkers
      return names
    }
    const daemon = {
      ...this.#options,
      supervisorId: this.#supervisorId,
      ipAddress: await this.#ipAddress(),
      nowMs: clock.epochMs(),
    }
    const workers = names.map((each) => newWorker(each, daemon))
    const reply = await enlistWorkers(store, { supervisorId: daemon.supervisorId, queues, allWorkers, workers })
    if (reply === 'lost') {
      throw new RqdError('RQD_REDIS', 'the lease of this daemon has just been lost: try again when it is registered')
    }
    if (reply !== 'enlisted') throw nameTaken(reply.taken, store.keys.prefix)
    this.#workers = allWorkers
    return names
  }

  /** Let some of the workers die: their slots are given up. @throws RqdError RQD_REDIS; it may be called again then */
  async dismiss(names: readonly string[]): Promise<void> {
    const { store, clock, queues } = this.#options
    const supervisorId = this.#supervisorId
    const nowIso = formatIso(clock.epochMs())
    const left = this.#workers.filter((name) => !names.includes(name))
    if (this.#registered) {
      await dismissWorkers(store, { supervisorId, nowIso, queues, allWorkers: left, workers: names })
    }
    this.#workers = this.#workers.filter((name) => !names.includes(name))
  }

  /** Begin a lease and register the workers. @throws RqdError RQD_NAME_TAKEN, RQD_REDIS */
  async register(): Promise<void> {
    const { store, clock, name, daemonId, version, identity, queues, leaseMs, recordsHistory } = this.#options
    const taken = await store.register(
      registration({
        supervisorId: this.#supervisorId,
        daemonId,
        name,
        version,
        identity,
        ipAddress: await this.#ipAddress(),
        queues,
        workers: this.workers,
        leaseMs,
        takesOrders: this.#options.orders !== undefined,
        nowMs: clock.epochMs(),
        recordsHistory,
      }),
    )
    if (taken !== undefined) throw nameTaken(taken, store.keys.prefix)
    this.#registered = true
  }

  /** Register again under a new id: whatever was held under the old one is somebody else's. Throws as `register`. */
  async renew(): Promise<void> {
    this.#supervisorId = this.#options.random.hex(32)
    await this.register()
  }

  /** End the lease and the workers. Redis being away is logged: its keys run out by themselves. */
  async deregister(): Promise<void> {
    if (!this.#registered) return
    this.#registered = false
    const { store, clock, queues, logger } = this.#options
    try {
      await store.deregister({
        supervisorId: this.#supervisorId,
        nowIso: formatIso(clock.epochMs()),
        queues,
        workers: this.workers,
      })
    } catch (thrown) {
      logger.error('the workers could not be deregistered; they disappear by themselves in a few minutes', {
        error: coerceError(thrown).message,
      })
    }
  }

  /** The workers and running jobs to show alive. */
  members(
    slots: readonly SlotView[],
    running: ReadonlyMap<string, RunningJob>,
    suspended: boolean,
  ): Pick<Beat, 'workers' | 'running'> {
    const nowMs = this.#options.clock.monoMs()
    // A job may be with an executor that is leaving its slot.
    const busy = new Set([...running.values()].map(({ worker }) => worker))
    return {
      workers: slots.map(({ worker, phase, pid }) => ({
        name: worker,
        state:
          phase === 'busy' || busy.has(worker)
            ? 'busy'
            : suspended
              ? 'suspended'
              : phase === 'idle'
                ? 'idle'
                : 'started',
        pid: pid ?? this.#options.identity.pid,
      })),
      running: [...running.values()]
        .filter(({ hasBegun }) => hasBegun)
        .map(({ job, worker, startedMonoMs }) => ({
          execution: job.execution,
          jobId: job.id,
          queue: job.origin,
          worker,
          markSec: rqDefaults.runningMarkSec,
          workSec: Math.max(0, nowMs - startedMonoMs) / 1000,
        })),
    }
  }

  /** As Redis sees this side: `host:port`, or `unknown` as RQ writes it, for a Unix socket say. */
  async #ipAddress(): Promise<string> {
    const info = await this.#options.store.redis.client('INFO').catch(() => '')
    return / addr=(\S+:[1-9]\d*)/.exec(info)?.[1] ?? 'unknown'
  }
}

function nameTaken(name: string, prefix: string): RqdError {
  // Of several tenants, the one whose it is.
  const where = prefix === DEFAULT_PREFIX ? '' : ` below the prefix ${prefix}`
  const text = `a live worker${where} is already called ${JSON.stringify(name)}: choose another --name, or stop the other one`
  return new RqdError('RQD_NAME_TAKEN', text)
}
