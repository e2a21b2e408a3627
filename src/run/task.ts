/** A job as it is handed to whatever runs it, and how it ended there. */

/** A function of the job's to be called when it has ended, and how long that may take; 0 or less: no limit. */
export interface Callback {
  readonly name: string
  readonly timeoutSec: number
}

export interface Callbacks {
  readonly success: Callback | null
  readonly failure: Callback | null
  /** The job was stopped and is settled: this is called, and nothing else of it. */
  readonly stopped?: Callback
}

/** One job to run, exactly as it lies in Redis: a supervisor never decodes a payload. */
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
  /** Null for nearly all jobs. */
  callbacks: Callbacks | null
  /** How often it is tried again after a failure, if it is. */
  retriesLeft?: number
  /** Whose job it is, where a daemon serves tenants. */
  tenant?: string
  /** Of all keys of the Redis that it came from; `rq` if it is not said. */
  prefix?: string
}

/** Why a job is told to end. */
export type AbortReason = 'timeout' | 'stopped' | 'shutdown'

/** Where in a job's life an error arose. `callback`: its success callback threw. */
export type ErrorStage = 'decode' | 'resolve' | 'run' | 'encode' | 'callback'

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
  /** When the function ended: callbacks come after. */
  endedAtMs: number
}

/** How one job ended. `value` is the return value in the serializer of the job's payload; null for nothing (None). */
export type JobResult =
  (ResultBase & { outcome: 'ok'; value: Uint8Array | null }) | (ResultBase & { outcome: 'error'; error: JobError })
