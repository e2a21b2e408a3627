/** What the lease of a supervisor is begun and kept with. */

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
}

export interface BeatReply {
  /** How many claims Redis has of this supervisor. */
  readonly claims: number
  /** Running executions whose claim is gone. */
  readonly gone: string[]
}
