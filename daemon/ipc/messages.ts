/**
 * The messages between the supervisor and an executor, as docs/executor-protocol.md describes them. Both sides speak
 * them as MessagePack maps in length-prefixed frames (frames.ts) over descriptor 3. Unknown fields are ignored, so
 * that a newer side may say more; unknown message types are an error.
 */
import type { AbortReason, JobResult, RunJob } from '../../src/run/task.js'
import type { CustomSettings } from './custom-settings.js'

export type { AbortReason, Callback, Callbacks, ErrorStage, JobError, JobResult, RunJob } from '../../src/run/task.js'

/** Raised when a message changes in a way that an older peer cannot ignore. */
export const PROTOCOL_VERSION = 2

/** First message to an executor: who it is and where its functions live. Answered by `hello`, then `ready`. */
export interface SupervisorHello {
  type: 'hello'
  protocol: number
  /** The RQ worker name of the slot that this executor serves. */
  worker: string
  /** Absolute folders from which functions may be loaded, in order of preference. */
  taskPaths: string[]
  /** Modules to load before the first job. */
  preload: string[]
  /** How often the executor reports `stats`, milliseconds. */
  statsIntervalMs: number
  /** How many jobs it may run at a time: more than one helps asynchronous functions only. */
  concurrency: number
  /** Of the keys of all jobs that do not say another; left out where each says its own. */
  prefix?: string
  /** What the operator adds; left out where that is nothing. */
  custom?: CustomSettings
}

/** The daemon stops, or another executor takes this one's place. */
export type ExitWhy = 'stopping' | 'recycling'

export type ToExecutor =
  | SupervisorHello
  /** Begin these jobs in this order, behind those that wait already, as there is a free place. */
  | { type: 'run'; jobs: RunJob[] }
  /** Abort the signal of one job. Its function may still end well; force follows after a grace. */
  | { type: 'abort'; execution: string; reason: AbortReason }
  /** Answer to `meta`. `code`: '' when it is stored; otherwise why it is not, an `ErrorCode`, and `message` in words. */
  | { type: 'saved'; request: number; code: string; message: string }
  /** From now on you serve the slot of this worker: you were a spare. */
  | { type: 'serve'; worker: string }
  /** End when the running jobs have ended. Unstarted jobs are forgotten: the supervisor still holds them. */
  | { type: 'exit'; why: ExitWhy }

/** A function has been called. */
export interface JobStart {
  seq: number
  execution: string
  /** Epoch milliseconds of the executor's clock. */
  atMs: number
}

export type FromExecutor =
  /** Answer to `hello`. */
  | { type: 'hello'; protocol: number; pid: number; language: string; version: string }
  /** Preloading is done: jobs may come. */
  | { type: 'ready' }
  /** The executor cannot work (a preload module does not load, say) and ends after this message. */
  | { type: 'fatal'; message: string; traceback: string }
  /** Jobs have ended, in this order; after them, functions have been called. Sent before the function is called. */
  | { type: 'progress'; ended: JobResult[]; started: JobStart[] }
  /**
   * A function has ended and a callback of its job is called, within a limit of its own: 0 or less for none.
   * `traceback`: why the job has failed, if it has; that counts should the callback end the process. `step`: what is
   * called, where it is something of the operator's.
   */
  | { type: 'callback'; execution: string; timeoutSec: number; traceback: string | null; step?: string }
  /** It is about to end of itself: what it has not begun it never will, and it takes nothing more. */
  | { type: 'leaving' }
  /** Jobs that this executor does not end, through no fault of theirs: they may be run elsewhere. */
  | { type: 'returned'; executions: string[] }
  /** Store this as the meta of a running job, nil for none. Answered by `saved` with the same `request`. */
  | { type: 'meta'; execution: string; request: number; meta: Uint8Array | null }
  /** What a job printed, where several run at a time and the streams alone do not tell whose it is. */
  | { type: 'output'; execution: string; stream: 'stdout' | 'stderr'; bytes: Uint8Array }
  /** A sign of life, every `statsIntervalMs`, with the resident set size in bytes and CPU time used in milliseconds. */
  | { type: 'stats'; rssBytes: number; cpuMs: number }
