/**
 * The messages between the supervisor and an executor, as docs/executor-protocol.md describes them. Both sides speak
 * them as MessagePack maps in length-prefixed frames (frames.ts) over descriptor 3. Unknown fields are ignored, so
 * that a newer side may say more; unknown message types are an error.
 */

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
}

/** One job to run, exactly as it lies in Redis: the supervisor never decodes a payload. */
export interface RunJob {
  /** Numbers the jobs handed to one executor process, from 1, each one more than the one before: see gate.ts. */
  seq: number
  execution: string
  id: string
  queue: string
  /** The bytes of the hash field `data`. */
  data: Uint8Array
  /** The bytes of the hash field `meta`, if the job has one. */
  meta: Uint8Array | null
  /** The job's limit in seconds; -1 for none. Enforced from outside: here so that the function can ask for it. */
  timeoutSec: number
}

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
  | { type: 'exit' }

export type AbortReason = 'timeout' | 'stopped' | 'shutdown'

/** Where in a job's life an error arose. */
export type ErrorStage = 'decode' | 'resolve' | 'run' | 'encode'

export interface JobError {
  stage: ErrorStage
  /** Class name of the error, `TypeError`. */
  errorType: string
  message: string
  /** The full text to store: stack with causes, without frames of the executor itself. */
  traceback: string
}

interface ResultBase {
  /** The job's number, by which it is named on the wire. */
  seq: number
  execution: string
  /** When the function began, or decoding failed: epoch milliseconds of the executor's clock. */
  startedAtMs: number
  endedAtMs: number
}

/** How one job ended. `value` is the return value in the serializer of the job's payload; null for nothing (None). */
export type JobResult =
  (ResultBase & { outcome: 'ok'; value: Uint8Array | null }) | (ResultBase & { outcome: 'error'; error: JobError })

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
  /** Jobs that this executor does not end, through no fault of theirs: they may be run elsewhere. */
  | { type: 'returned'; executions: string[] }
  /** Store this as the meta of a running job, nil for none. Answered by `saved` with the same `request`. */
  | { type: 'meta'; execution: string; request: number; meta: Uint8Array | null }
  /** What a job printed, where several run at a time and the streams alone do not tell whose it is. */
  | { type: 'output'; execution: string; stream: 'stdout' | 'stderr'; bytes: Uint8Array }
  /** A sign of life, every `statsIntervalMs`, with the resident set size in bytes and CPU time used in milliseconds. */
  | { type: 'stats'; rssBytes: number; cpuMs: number }
