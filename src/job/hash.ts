/** The job hash `rq:job:ID` (wire-format 2.2): see `hash-parse.ts` and `hash-encode.ts` for its codec. */
import { type JobStatus } from './status.js'

export { encodeJobHash } from './hash-encode.js'
export { emptyJobHash, parseJobHash, parseJobHashLeniently, parseWebhooks } from './hash-parse.js'

/** An HTTP call that a worker makes once the job's final state is stored (since RQ 2.10). */
export interface Webhook {
  /** Where it goes: http or https. */
  readonly url: string
  /** The end of the job that it tells of. */
  readonly jobStatus: 'finished' | 'failed'
  /** Of the request. */
  readonly method: 'GET' | 'POST'
  /** To be sent with it; null for none. */
  readonly headers: Readonly<Record<string, string>> | null
  /** How long an answer may take, seconds. */
  readonly timeoutSec: number
}

/** Every field of a job's hash. Undefined is unset; times are epoch ms with microseconds as fraction. */
export interface JobHash {
  /** From the key, not a field. */
  id: string
  createdAtMs: number | undefined
  /** The serialized call. Without it the job does not exist for RQ. */
  data: Uint8Array | undefined
  origin: string | undefined
  description: string | undefined
  status: JobStatus | undefined
  enqueuedAtMs: number | undefined
  startedAtMs: number | undefined
  endedAtMs: number | undefined
  lastHeartbeatMs: number | undefined
  workerName: string | undefined
  groupId: string | undefined
  /** -1 is none. */
  timeoutSec: number | undefined
  /** 0 deletes the job, -1 keeps it. */
  resultTtlSec: number | undefined
  failureTtlSec: number | undefined
  ttlSec: number | undefined
  successCallbackName: string | undefined
  failureCallbackName: string | undefined
  stoppedCallbackName: string | undefined
  successCallbackTimeoutSec: number | undefined
  failureCallbackTimeoutSec: number | undefined
  stoppedCallbackTimeoutSec: number | undefined
  dependencyIds: string[]
  allowDependencyFailures: boolean | undefined
  enqueueAtFront: boolean | undefined
  /** Serialized mapping: see `meta.ts`. */
  meta: Uint8Array | undefined
  retriesLeft: number | undefined
  retryIntervalsSec: number[] | undefined
  enqueueAtFrontOnRetry: boolean | undefined
  numberOfRetries: number | undefined
  repeatsLeft: number | undefined
  repeatIntervalsSec: number[] | undefined
  webhooks: Webhook[]
  rateLimitKey: string | undefined
  rateLimitConcurrency: number | undefined
  /** Old layout: bytes of the serializer. */
  result: Uint8Array | undefined
  /** Old layout: zlib of a text; see `decodeExcInfo`. */
  excInfo: Uint8Array | undefined
  /** Fields we do not know, and webhooks that nobody could read: they survive. */
  extra: ReadonlyMap<string, Uint8Array>
}
