/** What the lease of a supervisor is begun and kept with. */

/** How long what became of an order is kept, milliseconds. */
export const ANSWER_TTL_MS = 60_000

/** Who registers: the supervisor's lease and its workers. Field values are hash texts. */
export interface Registration {
  supervisorId: string
  leaseMs: number
  workerTtlSec: number
  queues: readonly string[]
  supervisorFields: Readonly<Record<string, string>>
  workers: readonly { name: string; fields: Readonly<Record<string, string>> }[]
}

export interface Beat {
  supervisorId: string
  leaseMs: number
  workerTtlSec: number
  nowIso: string
  queues: readonly string[]
  workers: readonly { name: string; state: string; pid: number | null }[]
  running: readonly {
    execution: string
    jobId: string
    queue: string
    worker: string
    /** How long readers may take the job for running without another beat, seconds. */
    markSec: number
    workSec: number
  }[]
  /** What the daemon does, JSON, to be shown to others. Left out: as before. */
  summary?: string | undefined
  /** Orders to take up at most. Default: none. */
  orderLimit?: number
}

export interface BeatReply {
  /** How many claims Redis has of this supervisor. */
  readonly claims: number
  /** Orders that were taken up, in the order in which they were given: JSON. Nobody else gets them. */
  readonly orders: string[]
  /** Running executions whose claim is gone. */
  readonly gone: string[]
}
