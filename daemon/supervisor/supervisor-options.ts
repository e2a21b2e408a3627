import type { Redis } from 'ioredis'
import type { Clock } from '../../src/clock.js'
import type { RqdError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import type { Random } from '../../src/random.js'
import type { Replicas } from '../../src/redis/replicas.js'
import type { Store } from '../../src/redis/store.js'
import type { QueueOrder } from '../../src/worker/queue-order.js'
import type { ProcessIdentity } from '../host.js'
import type { JobFailure } from '../sentry.js'
import type { CustomSettings } from '../ipc/custom-settings.js'
import type { EventHub } from '../events/hub.js'
import type { JobLog } from '../job-log.js'
import type { PrepareReload } from './changes.js'
import type { Demand, Executors } from './executors.js'
import type { PoolListener } from './pool-options.js'
import type { Meter } from '../meter.js'
import type { RecyclePolicy } from './lifetime.js'
import type { SpawnExecutor } from './spawn.js'
import type { Addresses } from './summary.js'

/** Does what is ordered of the daemon. */
export interface OrderTaker {
  /** Orders as they were given, JSON. Each comes once. */
  take(orders: readonly string[]): void
  /** No more orders: resolves when those under way are answered. */
  stop(): Promise<void>
}

/** A pool that several supervisors use. */
export interface PoolSharing {
  /** How many take part. */
  readonly sharers: number
  /** Take part. `demand` is asked again and again from now on. */
  join(listener: PoolListener, demand: () => Demand): Executors
  /** Whoever took part wants nothing for now: others may have its room. */
  offer(): void
  /** Why one of them may not have its way with what all share. */
  refusal(wanted: string): RqdError
}

export interface SupervisorOptions {
  name: string
  /** Marks the processes of this daemon. */
  daemonId: string
  version: string
  identity: ProcessIdentity
  queues: readonly string[]
  executors: number
  /** Jobs that an executor may run at a time. */
  concurrency: number
  /** Executors kept warm beside them. */
  spares: number
  /** When executors are replaced. */
  recycle: RecyclePolicy
  taskPaths: readonly string[]
  /** Modules that executors load before they take jobs. */
  preload: readonly string[]
  burst: boolean
  /** In which order claims look at the queues. */
  order: QueueOrder
  /** End after so many jobs, or after so long without any; Infinity: never. */
  maxJobs: number
  maxIdleMs: number
  /** What the operator adds to executors. */
  custom?: CustomSettings | undefined
  /** False: a job that fails gets that status and nothing else (RQ's disabled default exception handler). */
  storesFailures?: boolean
  /** Told of jobs that failed and whose executor could not tell. */
  report?: ((failure: JobFailure) => void) | undefined
  /** How long running jobs may take to end when the daemon stops. Default: as long as they like. */
  stopTimeoutMs?: number
  resultTtlSec: number
  leaseMs: number
  /** A job that has ended so many executors is failed, whatever retries it has left. */
  maxDeaths: number
  /** To show in `status`, without its password. */
  redisUrl: string
  store: Store
  /** That must have what is settled. */
  replicas?: Replicas | undefined
  /** Opens a connection for blocking calls. */
  connect: () => Redis
  spawn: SpawnExecutor
  /** A share of a pool that others use as well; left out, it has one of its own. */
  share?: PoolSharing | undefined
  clock: Clock
  random: Random
  logger: Logger
  events: EventHub
  jobLog: JobLog
  /** Reads and tries what a reload brings; left out, there is nothing to reload. */
  prepareReload?: PrepareReload | undefined
  /** Does what is ordered through Redis; left out, orders are refused. */
  orders?: OrderTaker | undefined
  /** Where else it can be reached, to be shown to others. */
  addresses?: Addresses | undefined
  /** Told of what is to be counted for monitors. */
  meter?: Meter | undefined
  /** The meter writes into the history what the workers of this daemon do: nobody else is to count that. */
  recordsHistory?: boolean | undefined
  output: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void
}
