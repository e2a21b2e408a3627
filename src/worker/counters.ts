/** What a daemon has done since it started. Shown by `status`; names are stable. */
export interface Counters {
  /** Jobs taken off queues. */
  claimed: number
  finished: number
  failed: number
  /** Failures that were put back for another try. */
  retried: number
  /** Jobs returned to the front of their queue without a try being spent. */
  handedBack: number
  /** Jobs that dead daemons, or dead workers of Python RQ, had left behind: put back or failed in their place. */
  recovered: number
  /** Late results that were refused because a newer execution owns the job. */
  fenced: number
  executorDeaths: number
}

export function newCounters(): Counters {
  return {
    claimed: 0,
    finished: 0,
    failed: 0,
    retried: 0,
    handedBack: 0,
    recovered: 0,
    fenced: 0,
    executorDeaths: 0,
  }
}
