/** The status texts of RQ: a closed list, since Python 2.x refuses to load a job with any other. */

/** `created` since RQ 2.4.1; `rate_limited` and `ready_to_enqueue` in the 3.0 line only. */
export const jobStatuses = [
  'queued',
  'started',
  'finished',
  'failed',
  'deferred',
  'scheduled',
  'stopped',
  'canceled',
  'created',
  'rate_limited',
  'ready_to_enqueue',
] as const

/** What a job's `status` may say. */
export type JobStatus = (typeof jobStatuses)[number]

const known: ReadonlySet<string> = new Set(jobStatuses)

/** True for a text that RQ knows as a status. */
export function isJobStatus(text: string): text is JobStatus {
  return known.has(text)
}
