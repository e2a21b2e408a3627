import { matchesGlob } from './glob.js'
import { failureGroup } from './failure-group.js'
import type { JobBrief } from './job-brief.js'

/** Which jobs of a list are meant. What is left out is not looked at. */
export interface JobFilter {
  /** A pattern for the name of the function: `*` stands for any characters, `?` for any one. */
  readonly func?: string | undefined
  /** Those that are what they are since before so many seconds. One that does not say since when is not meant. */
  readonly olderThanSec?: number | undefined
  /** Text in the traceback of a failed job, in upper case or lower. */
  readonly error?: string | undefined
  /** Signature of the failures that they are among. */
  readonly group?: string | undefined
  /** Those that are what they are since before this time, epoch milliseconds. One that does not say is meant. */
  readonly beforeMs?: number | undefined
}

/** Whether it leaves any job out. */
export function isFiltering({ func, olderThanSec, error, group, beforeMs }: JobFilter): boolean {
  return [func, olderThanSec, error, group, beforeMs].some((each) => each !== undefined)
}

/** Whether a job is meant. One whose hash is gone is meant only where all are. */
export function passesFilter(job: JobBrief, filter: JobFilter, nowMs: number): boolean {
  const { func, olderThanSec, error, group, beforeMs } = filter
  if (!isFiltering(filter)) return true
  if (job.isGone) return false
  if (func !== undefined && (job.func === undefined || !matchesGlob(job.func, func))) return false
  if (olderThanSec !== undefined && !(job.sinceMs !== undefined && nowMs - job.sinceMs > olderThanSec * 1000)) {
    return false
  }
  if (beforeMs !== undefined && job.sinceMs !== undefined && job.sinceMs >= beforeMs) return false
  if (group !== undefined && (job.place !== 'failed' || failureGroup(job).signature !== group)) return false
  return error === undefined || (job.traceback ?? '').toLowerCase().includes(error.toLowerCase())
}
