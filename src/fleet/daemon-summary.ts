/** What a daemon tells others of itself with its beats, beside what is in its record from the start. */
export interface DaemonSummary {
  readonly state: string
  readonly executors: {
    readonly total: number
    readonly busy: number
    readonly idle: number
  }
  /** Jobs that run. */
  readonly running: number
  /** Queues from which this daemon alone takes nothing now. */
  readonly pausedQueues: readonly string[]
  /** Memory of the supervisor and of its executors together. */
  readonly rssBytes: number
  /** Jobs since it started. */
  readonly finished: number
  readonly failed: number
  /** Paths of its control sockets. */
  readonly sockets: readonly string[]
  /** Where it serves HTTP, if it does. */
  readonly http: string | null
  /** Its executors run the jobs of several tenants: what is ordered through the keys of one may not change them. */
  readonly sharesExecutors: boolean
}

/** Read a summary as it stands in Redis; undefined if it is none, or one of a version that tells otherwise. */
export function readSummary(text: string | undefined): DaemonSummary | undefined {
  if (text === undefined) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isRecord(value)) return undefined
  const { state, executors, running, pausedQueues, rssBytes, finished, failed, sockets, http, sharesExecutors } = value
  if (typeof state !== 'string' || !isRecord(executors)) return undefined
  return {
    state,
    executors: {
      total: countOf(executors['total']),
      busy: countOf(executors['busy']),
      idle: countOf(executors['idle']),
    },
    running: countOf(running),
    pausedQueues: textsOf(pausedQueues),
    rssBytes: countOf(rssBytes),
    finished: countOf(finished),
    failed: countOf(failed),
    sockets: textsOf(sockets),
    http: typeof http === 'string' ? http : null,
    sharesExecutors: sharesExecutors === true,
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function countOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
