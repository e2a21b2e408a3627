import { matchesGlob } from './glob.js'
import type { JobBrief } from './job-brief.js'

/** Which jobs of a list are meant. What is left out is not looked at. */
export interface JobFilter {
  /** A pattern for the name of the function: `*` stands for any characters, `?` for any one. */
  readonly func?: string | undefined
  /** Those that are what they are since before so many seconds. One that does not say since when is not meant. */
  readonly olderThanSec?: number | undefined
  /** Text in the traceback of a failed job, in upper case or lower. */
  readonly error?: string | undefined
}

/** Whether it leaves any job out. */
export function isFiltering({ func, olderThanSec, error }: JobFilter): boolean {
  return func !== undefined || olderThanSec !== undefined || error !== undefined
}

/** Whether a job is meant. One whose hash is gone is meant only where all are. */
export function passesFilter(job: JobBrief, filter: JobFilter, nowMs: number): boolean {
  const { func, olderThanSec, error } = filter
  if (!isFiltering(filter)) return true
  if (job.isGone) return false
  if (func !== undefined && (job.func === undefined || !matchesGlob(job.func, func))) return false
  if (olderThanSec !== undefined && !(job.sinceMs !== undefined && nowMs - job.sinceMs > olderThanSec * 1000)) {
    return false
  }
  return error === undefined || (job.traceback ?? '').toLowerCase().includes(error.toLowerCase())
}
