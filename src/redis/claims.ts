import { PackedReader, type PackedFields } from './packed.js'
import { asBytes, type RawReply } from './script.js'

/** A job taken off a queue: its hash as it lies in Redis, and the execution id that fences every later write. */
export interface Claim {
  readonly jobId: string
  /** The queue that it was taken from; its `origin`, under which it is filed, may be another. */
  readonly queue: string
  readonly execution: string
  readonly fields: PackedFields
}

/** Why an id on a queue was dropped: there is nothing to run. */
export type SkipReason = 'no-such-job' | 'canceled' | 'not-a-hash' | 'id-is-no-text'

/** What to claim, and for whom. */
export interface ClaimCall {
  readonly supervisorId: string
  /** 24 hex digits, never used before. */
  readonly executionPrefix: string
  /** In priority order. */
  readonly queues: readonly string[]
  readonly limit: number
  /** Most ids to look at: ids without a job are passed over. */
  readonly lookAt: number
  /** From 1, for a claim that is sent ahead and that `disarm` can make void; left out for any other. */
  readonly ticket?: number
}

export interface ClaimReply {
  /**
   * `suspended`: all workers are (RQ's mark). `lost`: the supervisor holds no lease and must register again. `void`:
   * the claim was made void before it ran.
   */
  readonly state: 'ok' | 'suspended' | 'lost' | 'void'
  readonly claims: Claim[]
  readonly skips: { jobId: string; queue: string; reason: SkipReason }[]
  readonly broken: { queue: string; error: string }[]
  /** Queues that were left alone, because they are paused for all daemons. */
  readonly paused: string[]
}

/** The claims of a reply of `claim`, as its header describes them. */
export function readClaims(reply: RawReply | undefined, queues: readonly string[]): Claim[] {
  const packed = asBytes(reply)
  const claims: Claim[] = []
  if (packed.length === 0) return claims
  const read = new PackedReader(packed)
  for (let left = read.array(); left > 0; left--) {
    read.array()
    const jobId = read.text()
    const queue = queues[read.number()] ?? ''
    const execution = read.text()
    claims.push({ jobId, queue, execution, fields: read.fields() })
  }
  return claims
}
