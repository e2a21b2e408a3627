import type { KindName } from './kinds.js'
import type { MemoryRow } from './memory.js'

/** One thing that is wrong. */
export interface FsckFinding {
  /** What is wrong. */
  readonly kind: KindName
  /** The key in which it is wrong. */
  readonly key: string
  /** The job, worker or daemon that it is about; empty where it is a queue or the key itself. */
  readonly id: string
  /** The queue that it concerns; empty where there is none. */
  readonly queue: string
  /** The member of the key, where it holds several; empty otherwise. */
  readonly entry: string
  /** What is there, in words. */
  readonly found: string
  /** What should be there, in words. */
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
  /** Jobs that were looked at. */
  readonly jobs: number
  /** Entries of lists and sets that were looked at. */
  readonly entries: number
  /** In the order of the kinds. */
  readonly findings: readonly FsckFinding[]
  /** What looked wrong, and was in motion. */
  readonly passing: number
  /** Memory of jobs with their results, estimated from samples, the largest first. */
  readonly memory: {
    /** By queue. */
    readonly byQueue: readonly MemoryRow[]
    /** By function, as descriptions name it. */
    readonly byFunction: readonly MemoryRow[]
  }
}

/** How far a check is. */
export interface FsckProgress {
  /** `waiting`: until the second look. */
  readonly stage: 'keys' | 'entries' | 'jobs' | 'looking' | 'waiting' | 'repairing'
  /** Keys, entries or suspects of this stage that are done. */
  readonly done: number
  /** How many there are in this stage, as far as is known. */
  readonly total: number
}
