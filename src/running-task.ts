import type { Meta } from './job/meta.js'

/** What an executor tells job code about the job that it runs. Nothing here may be loaded with weight. */

/**
 * Where an executor publishes a function that gives the running task: `globalThis[CURRENT_TASK]()`. A registered symbol,
 * because the tasks may import another copy of the package than the one that runs the daemon.
 */
export const CURRENT_TASK = Symbol.for('rqd.currentTask')

/** What a job's functions have in common while they run in one process. */
export interface TaskMemory {
  /** The job's meta as the function has changed it, saved or not; undefined until somebody asks for it. */
  meta?: Meta
}

/** The running task. */
export interface RunningTask {
  readonly job: {
    readonly execution: string
    readonly id: string
    readonly queue: string
    /** The bytes of the hash fields `data` and `meta`. */
    readonly data: Uint8Array
    readonly meta: Uint8Array | null
    /** -1 for none. */
    readonly timeoutSec: number
    readonly tenant?: string
    readonly prefix?: string
  }
  /** Shared by the job's function and its callbacks. Missing where the task comes from another copy of the package. */
  readonly memory?: TaskMemory
  /** The object as which the job sees itself, where the executor makes one: of the operator's job class, say. */
  readonly currentJob?: unknown
  /** Aborted when the job must end; the reason says why. */
  readonly signal: AbortSignal
  /** Write the job's meta; null removes it. Resolves when it is stored. */
  saveMeta(meta: Uint8Array | null): Promise<void>
}
