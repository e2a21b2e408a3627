import { blame, type Strike } from './blame.js'
import type { StrikeKind } from './kinds.js'
import type { JobStory } from './verdict.js'

/** How the system came back from strikes of one kind. */
export interface Recovery {
  readonly kind: StrikeKind
  readonly strikes: number
  /** Strikes that found nothing to hit. */
  readonly missed: number
  /** Executions that they ended, or whose settlement they stopped. */
  readonly interrupted: number
  /**
   * `job again`: until an interrupted job began anew; where no other strike fell in between, and no job of a better
   * queue went first by right. `executor ready`: until the next executor was ready.
   */
  readonly measured: 'job again' | 'executor ready'
  readonly samples: number
  readonly p50Ms: number | undefined
  readonly p99Ms: number | undefined
  readonly maxMs: number | undefined
  /** Interrupted jobs that have not begun anew. */
  readonly never: number
}

export function recoveries(
  strikes: readonly Strike[],
  stories: readonly JobStory[],
  { leaseSec, queues }: { leaseSec: number; queues: readonly string[] },
): Recovery[] {
  const kinds = [...new Set(strikes.map(({ kind }) => kind))].sort()
  const interruptions = stories.flatMap((story) => interruptionsOf(story, strikes, leaseSec))
  const begins = stories.flatMap(({ job, runs }) =>
    runs.map(({ beganMs }) => ({ rank: queues.indexOf(job.queue), beganMs })),
  )
  const isOutranked = ({ queue, strike, againMs = Infinity }: Interruption): boolean =>
    begins.some(({ rank, beganMs }) => {
      return rank < queues.indexOf(queue) && beganMs > strike.atMs && beganMs < strike.atMs + againMs
    })
  return kinds.map((kind) => {
    const own = strikes.filter((strike) => strike.kind === kind)
    const interrupted = interruptions.filter(({ strike }) => strike.kind === kind)
    const ready = own.map(({ readyMs }) => readyMs).filter((ms) => ms !== undefined)
    const again = interrupted
      .filter((interruption) => !interruption.disturbed && !isOutranked(interruption))
      .map(({ againMs }) => againMs)
      .filter((ms) => ms !== undefined)
    const samples = (ready.length > 0 ? ready : again).sort((a, b) => a - b)
    return {
      kind,
      strikes: own.length,
      missed: own.filter(({ pids }) => pids.length === 0).length,
      interrupted: interrupted.length,
      measured: ready.length > 0 ? 'executor ready' : 'job again',
      samples: samples.length,
      p50Ms: percentile(samples, 50),
      p99Ms: percentile(samples, 99),
      maxMs: samples.at(-1),
      never: interrupted.filter(({ againMs }) => againMs === undefined).length,
    }
  })
}

/** The smallest sample that so many per cent do not exceed; undefined if there are none. `sorted`: ascending. */
export function percentile(sorted: readonly number[], percent: number): number | undefined {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)]
}

interface Interruption {
  readonly strike: Strike
  readonly queue: string
  /** Undefined: not so far. */
  readonly againMs: number | undefined
  /** Whether another strike fell before the job began anew. */
  readonly disturbed: boolean
}

function interruptionsOf({ job, runs, fate }: JobStory, strikes: readonly Strike[], leaseSec: number): Interruption[] {
  return runs.flatMap((run, i) => {
    const next = runs[i + 1]
    // The last execution was interrupted only if nothing came of it.
    if (next === undefined && (run.endedMs !== undefined || fate === 'finished')) return []
    const strike = blame(run, strikes, leaseSec)
    if (strike === undefined) return []
    const againAtMs = next?.beganMs ?? Infinity
    const disturbed = strikes.some(({ pids, atMs }) => pids.length > 0 && atMs > strike.atMs && atMs < againAtMs)
    const againMs = next === undefined ? undefined : Math.max(0, againAtMs - strike.atMs)
    return [{ strike, queue: job.queue, againMs, disturbed }]
  })
}
