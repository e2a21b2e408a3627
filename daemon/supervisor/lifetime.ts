/** When executors are replaced by fresh ones, as the operator wants it. Null: never for that reason. */
export interface RecyclePolicy {
  /** After so many jobs. */
  readonly jobs: number | null
  /** When the resident set is so large. */
  readonly rssBytes: number | null
  /** After so long. */
  readonly ageMs: number | null
  /** Each job has a process to itself: exactly one job, and no jitter. */
  readonly fresh: boolean
}

export const recycleNever: RecyclePolicy = { jobs: null, rssBytes: null, ageMs: null, fresh: false }

/** `restart`: an operator wants all executors replaced, because of new code or options say. */
export type RecycleReason = 'jobs' | 'rss' | 'age' | 'fresh' | 'restart'

/** How often executors of a slot were replaced, by reason. */
export type RecycleCounts = Readonly<Record<RecycleReason, number>>

/** The limits of one executor. */
export interface Lifetime {
  readonly jobs: number
  readonly rssBytes: number
  /** Monotonic milliseconds. */
  readonly endsAtMs: number
  readonly fresh: boolean
}

export const unlimited: Lifetime = { jobs: Infinity, rssBytes: Infinity, endsAtMs: Infinity, fresh: false }

/** Limits differ by up to so much either way, so that executors that began together do not end together. */
const JITTER = 0.1

/** Draw the limits of an executor that begins to serve now. `random` gives numbers in [0, 1). */
export function drawLifetime(policy: RecyclePolicy, random: () => number, nowMonoMs: number): Lifetime {
  const jittered = (limit: number | null): number =>
    limit === null ? Infinity : limit * (1 - JITTER + 2 * JITTER * random())
  return {
    jobs: policy.fresh ? 1 : Math.max(1, Math.round(jittered(policy.jobs))),
    rssBytes: jittered(policy.rssBytes),
    endsAtMs: nowMonoMs + jittered(policy.ageMs),
    fresh: policy.fresh,
  }
}

/** Which limit an executor has reached after so many jobs, with so large a resident set; null: none. */
export function reachedLimit(
  life: Lifetime,
  jobs: number,
  rssBytes: number | null,
  nowMonoMs: number,
): RecycleReason | null {
  if (jobs >= life.jobs) return life.fresh ? 'fresh' : 'jobs'
  if (rssBytes !== null && rssBytes >= life.rssBytes) return 'rss'
  return nowMonoMs >= life.endsAtMs ? 'age' : null
}
