import { deferred } from '../../src/deferred.js'
import { newCounters } from '../../src/worker/counters.js'
import type {
  DaemonState,
  DrainProgress,
  DrainReply,
  LogPart,
  Operations,
  ReloadReply,
  RestartReply,
  RolloutProgress,
  ScaleReply,
  Status,
  TenantStatus,
} from '../control/operations.js'
import type { EventHub } from '../events/hub.js'
import { Changes, type ChangesOptions } from '../supervisor/changes.js'
import type { RunningJob } from '../supervisor/job-board.js'
import type { Pulse } from '../supervisor/pulse.js'
import { executorStatus } from '../supervisor/status.js'
import type { Supervisor, SupervisorLook } from '../supervisor/supervisor.js'
import type { SupervisorOptions } from '../supervisor/supervisor-options.js'
import { toldReload } from '../supervisor/told-reload.js'
import { jointCounters, jointDrain, jointProgress, jointPulse, jointState } from './joint.js'
import { jointCrew } from './joint-crew.js'
import type { SharedPool } from './shared-pool.js'
import type { Tenant } from './tenant.js'

export interface TenancyOptions
  extends
    Pick<SupervisorOptions, 'name' | 'version' | 'identity' | 'redisUrl' | 'queues' | 'clock' | 'logger'>,
    Pick<ChangesOptions, 'prepareReload'> {
  readonly tenants: readonly [Served, ...Served[]]
  readonly pool: SharedPool
  readonly events: EventHub
}

interface Served extends Pick<Tenant, 'name' | 'weight'> {
  readonly supervisor: Supervisor
}

/**
 * A daemon that serves several tenants, as one: what is asked of all of them, and of the executors that they share. Each
 * tenant's own supervisor answers for its jobs.
 */
export class Tenancy implements Operations {
  readonly #options: TenancyOptions
  readonly #startedMonoMs: number
  readonly #changes: Changes
  readonly #shutdown = deferred()
  #stopped: Promise<void> | undefined

  constructor(options: TenancyOptions) {
    const { tenants, pool, prepareReload, clock, logger } = options
    this.#options = options
    this.#startedMonoMs = clock.monoMs()
    this.#changes = new Changes({
      ...jointCrew(tenants.map(({ supervisor }) => supervisor.crew)),
      pool: pool.pool,
      prepareReload,
      unfit: () => (this.state === 'starting' || this.state === 'stopping' ? this.state : undefined),
      clock,
      logger,
    })
  }

  /** Resolves when the daemon has nothing more to do and should stop. */
  get done(): Promise<void> {
    return Promise.race([
      this.#shutdown.promise,
      Promise.all(this.#supervisors.map(({ done }) => done)).then(() => undefined),
    ])
  }

  get state(): DaemonState {
    return jointState(this.#supervisors.map(({ state }) => state))
  }

  /** How many executors run jobs now. */
  get busyExecutors(): number {
    return this.#options.pool.pool.busy
  }

  /** Queues from which no job of any tenant is begun now. */
  get pausedQueues(): readonly string[] {
    return this.#options.queues.filter((queue) => this.#supervisors.every((each) => each.pausedQueues.includes(queue)))
  }

  pulse(): Pulse {
    const [first, ...others] = this.#options.tenants
    return jointPulse([first.supervisor.pulse(), ...others.map(({ supervisor }) => supervisor.pulse())])
  }

  /** Make all fetch loops turn, whatever they wait for. */
  nudge(): void {
    for (const supervisor of this.#supervisors) supervisor.nudge()
  }

  /** Jobs on the queues of all tenants; null if one's Redis does not tell. */
  async countWaiting(): Promise<number | null> {
    const counts = await Promise.all(this.#supervisors.map((supervisor) => supervisor.countWaiting()))
    return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0)
  }

  async status(): Promise<Status> {
    const { tenants, pool, clock, identity, name, version, redisUrl } = this.#options
    const looks = await Promise.all(tenants.map(async (tenant) => ({ tenant, look: await tenant.supervisor.look() })))
    const slots = [...pool.pool.view(), ...pool.pool.leaving()]
    const nowMonoMs = clock.monoMs()
    const trips = looks.flatMap(({ look }) => look.roundTripMs ?? [])
    return {
      state: this.state,
      pid: identity.pid,
      name,
      version,
      uptimeSec: Math.round(nowMonoMs - this.#startedMonoMs) / 1000,
      redis: {
        url: redisUrl,
        connected: looks.every(({ look }) => look.connected),
        roundTripMs: trips.length === 0 ? null : Math.max(...trips),
      },
      executors: await Promise.all(
        slots.map(async (slot) => {
          const owner = tenants.find(({ supervisor }) => supervisor.running.has(slot.running[0] ?? ''))
          const status = await executorStatus(slot, owner?.supervisor.running ?? noJobs, nowMonoMs)
          return { ...status, tenant: owner?.name ?? null }
        }),
      ),
      queues: looks.flatMap(({ tenant, look }) => look.queues.map((queue) => ({ ...queue, tenant: tenant.name }))),
      counters: jointCounters(
        looks.map(({ look }) => look.counters),
        newCounters(),
      ),
      tenants: looks.map(({ tenant, look }) => tenantStatus(tenant, look)),
    }
  }

  async pause(queues: readonly string[]): Promise<{ paused: string[] }> {
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.pause(queues)))
    return { paused: [...this.pausedQueues] }
  }

  async resume(queues: readonly string[]): Promise<{ paused: string[] }> {
    await Promise.all(this.#supervisors.map((supervisor) => supervisor.resume(queues)))
    return { paused: [...this.pausedQueues] }
  }

  async drain(timeoutSec: number | null, onProgress: (progress: DrainProgress) => void): Promise<DrainReply> {
    const tell = jointProgress(onProgress, this.#supervisors.length)
    const drains = this.#supervisors.map((each, i) => each.drain(timeoutSec, tell[i] ?? onProgress))
    return jointDrain(await Promise.all(drains))
  }

  scale(executors: number, wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ScaleReply> {
    return this.#changes.scale(executors, wait, onProgress)
  }

  /** One more executor, or one less; never none. */
  scaleBy(difference: 1 | -1): Promise<ScaleReply> {
    return this.#changes.scaleBy(difference)
  }

  restartExecutors(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<RestartReply> {
    return this.#changes.restart(wait, onProgress)
  }

  reload(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ReloadReply> {
    return toldReload(this.#options.events, () => this.#changes.reload(wait, onProgress))
  }

  /** Of whichever tenant has such a job here. */
  async logs(jobId: string, from: number, waitSec: number): Promise<LogPart> {
    // Those that do not know it say so at once.
    const parts = await Promise.all(this.#supervisors.map((supervisor) => supervisor.logs(jobId, from, waitSec)))
    return parts.find(({ state }) => state !== 'unknown') ?? { state: 'unknown', from, next: from, pieces: [] }
  }

  shutdown(now: boolean): Promise<{ running: number }> {
    const running = this.#supervisors.reduce((sum, supervisor) => sum + supervisor.running.size, 0)
    // The answer goes out before the socket closes.
    setImmediate(() => {
      this.#shutdown.resolve()
      void this.stop(now)
    })
    return Promise.resolve({ running })
  }

  /** Stop all tenants, as a supervisor does. */
  stop(now = false): Promise<void> {
    this.#changes.stop()
    this.#shutdown.resolve()
    if (now && this.#stopped !== undefined) for (const supervisor of this.#supervisors) void supervisor.stop(true)
    this.#stopped ??= Promise.all(this.#supervisors.map((supervisor) => supervisor.stop(now))).then(() => undefined)
    return this.#stopped
  }

  get #supervisors(): Supervisor[] {
    return this.#options.tenants.map(({ supervisor }) => supervisor)
  }
}

const noJobs: ReadonlyMap<string, RunningJob> = new Map()

function tenantStatus({ name, weight, supervisor }: Served, look: SupervisorLook): TenantStatus {
  const { state, connected, roundTripMs, counters } = look
  return { name, weight, state, connected, roundTripMs, running: supervisor.running.size, counters }
}
