import type { KindName } from './kinds.js'
import type { MemoryRow } from './memory.js'

/** One thing that is wrong. */
export interface FsckFinding {
  readonly kind: KindName
  /** The key in which it is wrong. */
  readonly key: string
  /** The job, worker or daemon that it is about; empty where it is a queue or the key itself. */
  readonly id: string
  readonly queue: string
  /** The member of the key, where it holds several; empty otherwise. */
  readonly entry: string
  readonly found: string
  readonly expected: string
  /** Whether it is proved, so that a repair may be made. */
  readonly proved: boolean
  /** `found`: nothing was tried, as no repair was asked for. `left`: it could not be repaired, see `why`. */
  readonly outcome: 'found' | 'repaired' | 'left'
  /** Why it is not proved, or is left; empty otherwise. */
  readonly why: string
}

/** What a check found. */
export interface FsckReport {
  /** Whether repairs were asked for. */
  readonly repair: boolean
  /** Jobs and entries that were looked at. */
  readonly jobs: number
  readonly entries: number
  /** In the order of the kinds. */
  readonly findings: readonly FsckFinding[]
  /** What looked wrong, and was in motion. */
  readonly passing: number
  /** Memory of jobs with their results, estimated from samples, the largest first. */
  readonly memory: { readonly byQueue: readonly MemoryRow[]; readonly byFunction: readonly MemoryRow[] }
}

/** How far a check is. */
export interface FsckProgress {
  /** `waiting`: until the second look. */
  readonly stage: 'keys' | 'entries' | 'jobs' | 'looking' | 'waiting' | 'repairing'
  readonly done: number
  readonly total: number
}
