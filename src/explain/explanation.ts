import type { Cause } from './causes.js'

/** Something that was found out about a job. */
export interface Fact {
  /** Stable; with the unit, as in `runningSec`. */
  readonly name: string
  /** For programs: times as ISO text. Null is unknown, or none. */
  readonly value: string | number | boolean | null
  /** The same for people. */
  readonly text: string
}

/** One cause, with what shows it and what can be done about it. */
export interface Verdict {
  /** Stable code, to branch on. */
  readonly cause: Cause
  /** For people. */
  readonly sentence: string
  /** What shows it. */
  readonly evidence: readonly Fact[]
  /** What an operator can do, mostly a command to type; null where nothing needs to be done. */
  readonly next: string | null
}

/** Why a job does not run, or how it ended. */
export interface Explanation {
  /** The id that was asked for. */
  readonly jobId: string
  /** Whether there is a hash of it. */
  readonly exists: boolean
  /** As its hash says; null if it says nothing. */
  readonly status: string | null
  /** The queue that it belongs to, or where it was found; null if unknown. */
  readonly queue: string | null
  /** The call, as whoever enqueued it wrote it. */
  readonly description: string | null
  /** All causes, first that which has to be removed first. At least one. */
  readonly verdicts: readonly Verdict[]
  /** What else is known of it. */
  readonly facts: readonly Fact[]
}
