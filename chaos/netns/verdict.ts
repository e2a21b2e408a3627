import type { Execution } from '../marks.js'

/** What is known of a run when it is over. */
export interface CutEvidence {
  readonly jobs: readonly string[]
  /** Every run of every job, by the marks that they left. */
  readonly runs: ReadonlyMap<string, readonly Execution[]>
  /** Status of each job in Redis; null where there is no job. */
  readonly statuses: ReadonlyMap<string, string | null>
  /** Results that each job has in Redis. */
  readonly results: ReadonlyMap<string, number>
  /** The supervisor that was cut off, and when. */
  readonly cutPid: number
  readonly cutMs: number
  readonly mendedMs: number
  /** How much longer all links took, each way. */
  readonly delayMs: number
  readonly fenced: number
  readonly recovered: number
}

export interface CutReport {
  /** How much longer all links took, each way. */
  readonly delayMs: number
  readonly jobs: number
  /** Not finished, or not there. */
  readonly lost: number
  /** More than one result in Redis. */
  readonly settledTwice: number
  /** Begun more than once. */
  readonly repeated: number
  /** Of these, jobs that the daemon that was cut off did not hold. */
  readonly repeatedForNoReason: number
  /** Late results that were refused. */
  readonly fenced: number
  /** Jobs that the other daemon took over. */
  readonly recovered: number
  /** Jobs that the daemon that was cut off has begun after the link was mended. */
  readonly afterwards: number
}

/** What an answer on its way may be late by when the link is cut, milliseconds: the job has ended, and is held. */
const ON_ITS_WAY_MS = 1_000

/** Pure: count. */
export function judgeCut(evidence: CutEvidence): CutReport {
  const { jobs, runs, statuses, results, cutPid, cutMs, mendedMs, delayMs } = evidence
  const repeated = jobs.filter((id) => (runs.get(id)?.length ?? 0) > 1)
  const wasHeld = (id: string): boolean => {
    const first = runs.get(id)?.[0]
    return first?.parentPid === cutPid && (first.endedMs ?? Infinity) > cutMs - ON_ITS_WAY_MS - 2 * delayMs
  }
  const all = [...runs.values()].flat()
  return {
    delayMs,
    jobs: jobs.length,
    lost: jobs.filter((id) => statuses.get(id) !== 'finished').length,
    settledTwice: jobs.filter((id) => (results.get(id) ?? 0) > 1).length,
    repeated: repeated.length,
    repeatedForNoReason: repeated.filter((id) => !wasHeld(id)).length,
    fenced: evidence.fenced,
    recovered: evidence.recovered,
    afterwards: all.filter(({ parentPid, beganMs }) => parentPid === cutPid && beganMs > mendedMs).length,
  }
}

/** What speaks against a run, one sentence each; empty if nothing does. */
export function cutFaults(report: CutReport): string[] {
  const { lost, settledTwice, repeatedForNoReason, fenced, recovered, afterwards } = report
  const faults: [boolean, string][] = [
    [lost > 0, `${lost} jobs are lost`],
    [settledTwice > 0, `${settledTwice} jobs were settled twice`],
    [
      repeatedForNoReason > 0,
      `${repeatedForNoReason} jobs were repeated that the daemon that was cut off did not hold`,
    ],
    [recovered === 0, 'nothing was taken over: the run shows nothing'],
    [fenced === 0, 'no late result was refused: the run shows nothing'],
    [afterwards === 0, 'the daemon that was cut off has not begun any job since'],
  ]
  return faults.filter(([is]) => is).map(([, sentence]) => sentence)
}
