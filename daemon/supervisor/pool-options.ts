import type { Clock } from '../../src/clock.js'
import type { Logger } from '../../src/logger.js'
import type { Random } from '../../src/random.js'
import type { EventHub } from '../events/hub.js'
import type { CustomSettings } from '../ipc/custom-settings.js'
import type { JobResult } from '../ipc/messages.js'
import type { SlotPolicy } from './children.js'
import type { Death } from './death.js'
import type { RecyclePolicy } from './lifetime.js'
import type { OomWatch } from './oom-watch.js'
import type { SaveFailure } from './save-meta.js'
import type { SpawnExecutor } from './spawn.js'

/** What the pool tells its owner. */
export interface PoolListener {
  /** The function of a job was called. */
  began(execution: string, atMs: number): void
  /** Its function has ended, and a callback is called. `traceback`: why the job has failed, if it has. */
  callingBack(execution: string, timeoutSec: number, traceback: string | null, step: string | undefined): void
  /** A running job has printed something. */
  printed(execution: string, chunk: Uint8Array, stream: 'stdout' | 'stderr'): void
  ended(result: JobResult): void
  /** The executor died in the middle of a job. */
  lost(execution: string, death: Death): void
  /** Jobs that were handed over and never begun, or ended through no fault of theirs, in order. */
  returned(executions: readonly string[]): void
  /** A running job wants this as its meta. Resolves with why it is not stored, null if it is. */
  meta(execution: string, meta: Uint8Array | null): Promise<SaveFailure>
  /** There is more room for jobs than before. */
  free(): void
}

/** What executors are started with, and kept by. It may change while they run: for those that are started then. */
export interface PoolSettings {
  taskPaths: readonly string[]
  preload: readonly string[]
  /** What the operator adds to executors. */
  custom?: CustomSettings | undefined
  /** Executors kept warm beside those that serve, to take over at once from one that dies. */
  spares: number
  policy: SlotPolicy
  recycle: RecyclePolicy
  spawn: SpawnExecutor
}

export interface PoolOptions extends PoolSettings {
  /** RQ worker names, one per slot. */
  workers: readonly string[]
  statsIntervalMs: number
  /** Of the keys of all jobs; left out where the jobs say it, as they have several. */
  prefix?: string | undefined
  oomWatch: OomWatch
  clock: Clock
  random: Random
  logger: Logger
  events: EventHub
  listener: PoolListener
  /** How much work an executor may be given ahead now, milliseconds. Left out: as where Redis is near. */
  aheadMs?: (() => number) | undefined
  /** Where what the jobs print goes. */
  output: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void
}
