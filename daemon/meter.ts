import type { DeathCause } from '../src/job/certificate.js'
import type { Settlement } from '../src/job/settle.js'

/** How a run of a job ended. */
export type RunOutcome = 'finished' | 'failed' | 'stopped' | 'retried' | 'interrupted'

/** Told of what happens, many times a second, so that it can be counted. */
export interface Meter {
  /** A run ended. `func`: the function, from the job's description. */
  ran(func: string, outcome: RunOutcome, durationSec: number): void
  /** A run began: so long its job was on a queue, where that is known. Left out where nobody counts it. */
  waited?(waitSec: number): void
  /** A claim brought so many jobs. */
  claimed(jobs: number): void
  /** So many endings went to Redis in one go. */
  settled(endings: number): void
  /** An executor died by itself in the middle of a job. */
  executorDied(cause: DeathCause): void
}

/** How a run ended that is settled so. */
export function runOutcome(settlement: Settlement): RunOutcome {
  switch (settlement.kind) {
    case 'finish':
      return 'finished'
    case 'retry':
      return 'retried'
    case 'hand-back':
      return 'interrupted'
    case 'fail':
      return settlement.status
  }
}

/** Tells several meters. @returns undefined if there is none. */
export function everyMeter(meters: readonly (Meter | undefined)[]): Meter | undefined {
  const all = meters.filter((meter) => meter !== undefined)
  if (all.length < 2) return all[0]
  return {
    ran: (...run) => {
      for (const meter of all) meter.ran(...run)
    },
    waited: (waitSec) => {
      for (const meter of all) meter.waited?.(waitSec)
    },
    claimed: (jobs) => {
      for (const meter of all) meter.claimed(jobs)
    },
    settled: (endings) => {
      for (const meter of all) meter.settled(endings)
    },
    executorDied: (cause) => {
      for (const meter of all) meter.executorDied(cause)
    },
  }
}
