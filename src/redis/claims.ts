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

export interface ClaimReply {
  /** `suspended`: all workers are (RQ's mark). `lost`: the supervisor holds no lease and must register again. */
  readonly state: 'ok' | 'suspended' | 'lost'
  readonly claims: Claim[]
  readonly skips: { jobId: string; queue: string; reason: SkipReason }[]
  readonly broken: { queue: string; error: string }[]
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
