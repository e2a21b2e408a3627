/** What an executor tells job code about the job that it runs. Nothing here may be loaded with weight. */

/**
 * Where an executor publishes a function that gives the running task: `globalThis[CURRENT_TASK]()`. A registered symbol,
 * because the tasks may import another copy of the package than the one that runs the daemon.
 */
export const CURRENT_TASK = Symbol.for('rqd.currentTask')

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
  }
  /** The object as which the job sees itself, where the executor makes one: of the operator's job class, say. */
  readonly currentJob?: unknown
  /** Aborted when the job must end; the reason says why. */
  readonly signal: AbortSignal
  /** Write the job's meta; null removes it. Resolves when it is stored. */
  saveMeta(meta: Uint8Array | null): Promise<void>
}
