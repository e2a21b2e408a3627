import type { JobHash } from './job/hash.js'
import type { Job } from './job.js'
import { refusedJob, type EnqueueReply } from './redis/store.js'

/** A job that is ready to be sent. */
export interface EncodedJob {
  readonly job: Job
  readonly packed: Uint8Array
  /** What `job` shows. */
  readonly hash: JobHash
}

/** True for the answer about a job that was not enqueued, by no fault of another. */
export function isRefusal(reply: EnqueueReply | undefined): boolean {
  return reply === 'exists' || reply === undefined || typeof reply === 'object'
}

/**
 * Note in a job where Redis put it: one whose parents had all ended is on its queue.
 * @throws RqdError RQD_REDIS, RQD_DUPLICATE_JOB where it was refused
 */
export function place({ hash }: EncodedJob, reply: EnqueueReply | undefined): void {
  if (isRefusal(reply) || reply === 'held-back') throw refusedJob(hash.id, reply)
  if (reply !== 'enqueued' || hash.status !== 'deferred') return
  hash.status = 'queued'
  hash.enqueuedAtMs = hash.createdAtMs
}
