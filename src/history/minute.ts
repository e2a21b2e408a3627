/** What is known of a minute: the names under which it is stored, and how parts of it come together. */

/** Added up over all that tell of a minute. Milliseconds where a name ends so. */
export const summedNames = [
  'finished',
  'failed',
  'retried',
  'stopped',
  'interrupted',
  'runMs',
  'waits',
  'waitMs',
] as const
/** Of which the greatest counts. */
export const toppedNames = ['longestRunMs', 'longestWaitMs'] as const
/** Which are what the last one says who has looked. */
export const sampledNames = ['waiting', 'failedJobs', 'running', 'workers', 'busyWorkers'] as const

/** Sums of a minute. */
export type Sums = Record<(typeof summedNames)[number], number>
/** Greatest values of a minute. */
export type Tops = Record<(typeof toppedNames)[number], number>
/** How things stood in a minute. */
export type Samples = Record<(typeof sampledNames)[number], number>

/** What somebody has counted in a minute. */
export interface MinuteCounts extends Sums, Tops {}

/** What one tells of a minute. */
export interface MinutePart {
  readonly add: Partial<Sums>
  readonly top: Partial<Tops>
  readonly now: Partial<Samples>
}

/** A minute as it is read. Null: nobody has looked. */
export type HistoryMinute = { readonly startMs: number } & Readonly<MinuteCounts> & {
    readonly [N in keyof Samples]: number | null
  }

/** How a run of a job ended. */
export type RunEnding = 'finished' | 'failed' | 'retried' | 'stopped' | 'interrupted'

/** A minute, in milliseconds. */
export const MINUTE_MS = 60_000

/** Nothing has happened. */
export function noCounts(): MinuteCounts {
  return {
    finished: 0,
    failed: 0,
    retried: 0,
    stopped: 0,
    interrupted: 0,
    runMs: 0,
    waits: 0,
    waitMs: 0,
    longestRunMs: 0,
    longestWaitMs: 0,
  }
}

/** Put one part to another of the same minute. */
export function addCounts(into: MinuteCounts, more: MinuteCounts): void {
  for (const name of summedNames) into[name] += more[name]
  for (const name of toppedNames) into[name] = Math.max(into[name], more[name])
}

/** As it is stored: what is 0 is left out, fractions of a millisecond are rounded to microseconds. */
export function partOf(counts: MinuteCounts): MinutePart {
  return { add: pick(summedNames, counts), top: pick(toppedNames, counts), now: {} }
}

/** Read what is stored of a minute. What is none of it, or cannot be read, counts as nothing. */
export function readMinute(startMs: number, json: string | null): HistoryMinute {
  const found = parse(json)
  const number = (name: string): number | null => {
    const value = found[name]
    return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
  }
  const counts = noCounts()
  for (const name of [...summedNames, ...toppedNames]) counts[name] = number(name) ?? 0
  return {
    startMs,
    ...counts,
    waiting: number('waiting'),
    failedJobs: number('failedJobs'),
    running: number('running'),
    workers: number('workers'),
    busyWorkers: number('busyWorkers'),
  }
}

function pick<N extends string>(names: readonly N[], values: Readonly<Record<N, number>>): Partial<Record<N, number>> {
  const some: Partial<Record<N, number>> = {}
  for (const name of names) if (values[name] !== 0) some[name] = Math.round(values[name] * 1000) / 1000
  return some
}

function parse(json: string | null): Readonly<Record<string, unknown>> {
  if (json === null) return {}
  try {
    const found: unknown = JSON.parse(json)
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
