import { blame, type Strike } from './blame.js'
import { killKinds, type StrikeKind } from './kinds.js'
import type { Execution } from './marks.js'
import { fateOf, misplacement, type Fate, type Place } from './places.js'
import type { PlannedJob } from './plan.js'

/** An execution that was not the last of its job, and why there was another. */
export interface Repeat {
  readonly run: Execution
  readonly strike: Strike | undefined
}

/** Everything there is to know about one job. */
export interface JobStory {
  readonly job: PlannedJob
  readonly fate: Fate
  readonly runs: readonly Execution[]
  readonly repeats: readonly Repeat[]
  /** Ran twice at the same time although no lease had run out in between. */
  readonly concurrent: boolean
  readonly place: Place
  readonly misplaced: string | undefined
}

/** How many jobs each thing happened to. */
export interface Totals {
  readonly jobs: number
  readonly once: number
  readonly more: number
  readonly failed: number
  readonly stuck: number
  readonly lost: number
  /** Settled, but not where their status says. */
  readonly misplaced: number
  /** More than one success in their history: something settled was done again. */
  readonly settledTwice: number
  readonly concurrent: number
  /** Repeated executions by the kind of strike that explains them. */
  readonly reasons: Readonly<Partial<Record<StrikeKind | 'other', number>>>
}

/** Tell a job's story from its marks and its place. */
export function tellStory(
  job: PlannedJob,
  runs: readonly Execution[],
  place: Place,
  strikes: readonly Strike[],
  leaseSec: number,
): JobStory {
  const repeats = runs.slice(0, -1).map((run) => ({ run, strike: blame(run, strikes, leaseSec) }))
  const ended = runs.some(({ endedMs }) => endedMs !== undefined)
  return {
    job,
    fate: fateOf(place, ended),
    runs,
    repeats,
    concurrent: repeats.some((repeat, i) => isConcurrent(repeat, runs[i + 1], strikes)),
    place,
    misplaced: misplacement(place),
  }
}

// Past the end of a lease nothing can keep a stopped process from waking up. Before it, nothing may run twice at once.
function isConcurrent({ run, strike }: Repeat, next: Execution | undefined, strikes: readonly Strike[]): boolean {
  if (run.endedMs === undefined || next === undefined || next.beganMs >= run.endedMs) return false
  const stopped = strikes.some(({ kind, pids, atMs, untilMs }) => {
    return kind === 'freeze-executor' && pids.includes(run.pid) && atMs <= next.beganMs && untilMs >= run.beganMs
  })
  return !stopped && (strike === undefined || killKinds.has(strike.kind))
}

export function sumUp(stories: readonly JobStory[]): Totals {
  const count = (test: (story: JobStory) => boolean): number => stories.filter(test).length
  const reasons: Partial<Record<StrikeKind | 'other', number>> = {}
  for (const { strike } of stories.flatMap(({ repeats }) => repeats)) {
    const reason = strike?.kind ?? 'other'
    reasons[reason] = (reasons[reason] ?? 0) + 1
  }
  return {
    jobs: stories.length,
    once: count(({ fate, runs }) => fate === 'finished' && runs.length === 1),
    more: count(({ runs }) => runs.length > 1),
    failed: count(({ fate }) => fate === 'failed'),
    stuck: count(({ fate }) => fate === 'stuck'),
    lost: count(({ fate }) => fate === 'lost'),
    misplaced: count(({ misplaced }) => misplaced !== undefined),
    settledTwice: count(({ place }) => place.successes > 1),
    concurrent: count(({ concurrent }) => concurrent),
    reasons,
  }
}

/** What speaks against a run, one sentence each; empty if nothing does. */
export function faultsOf(totals: Totals): string[] {
  const { failed, stuck, lost, misplaced, settledTwice, concurrent, reasons } = totals
  const faults: [number, string][] = [
    [lost, 'lost'],
    [stuck, 'stuck'],
    [failed, 'failed'],
    [misplaced, 'not where their status says'],
    [settledTwice, 'done again after they were settled'],
    [concurrent, 'run twice at the same time'],
    [reasons.other ?? 0, 'repeated for no reason'],
  ]
  return faults.filter(([jobs]) => jobs > 0).map(([jobs, what]) => `${jobs} ${what}`)
}

/** Whether this job's story speaks against the system. */
export function isBad({ fate, misplaced, concurrent, place, repeats }: JobStory): boolean {
  const unexplained = repeats.some(({ strike }) => strike === undefined)
  return fate !== 'finished' || misplaced !== undefined || concurrent || place.successes > 1 || unexplained
}
