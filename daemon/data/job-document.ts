import type { JobReport } from '../../src/fleet/job-report.js'
import type { ResultReport } from '../../src/fleet/job-report-results.js'
import { shownBytes, shownCall } from '../../src/fleet/shown-call.js'
import type { DeathCertificate } from '../../src/job/certificate.js'
import { decodeExcInfo } from '../../src/job/result.js'
import { isoOf } from './params.js'

/** One end of a run. */
export interface ResultDocument {
  readonly type: string | null
  readonly createdAt: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly worker: string | null
  readonly executionId: string | null
  /** What was returned, as JSON; null for nothing, and where it did not end well. */
  readonly value: unknown
  readonly excInfo: string | null
  readonly output: readonly string[]
  readonly certificate: DeathCertificate | null
  readonly problem: string | null
}

/** Everything about a job. Times are ISO texts, spans seconds; null is unset, or not known. */
export interface JobDocument {
  readonly id: string
  readonly status: string | null
  readonly queue: string | null
  readonly func: string | null
  readonly args: unknown
  readonly kwargs: unknown
  readonly serializer: string | null
  readonly payloadBytes: number
  readonly description: string | null
  readonly createdAt: string | null
  readonly enqueuedAt: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly lastHeartbeat: string | null
  readonly expiresAt: string | null
  readonly worker: string | null
  readonly timeoutSec: number | null
  readonly resultTtlSec: number | null
  readonly failureTtlSec: number | null
  readonly ttlSec: number | null
  readonly retriesLeft: number | null
  readonly retryIntervalsSec: readonly number[] | null
  readonly numberOfRetries: number | null
  readonly repeatsLeft: number | null
  readonly repeatIntervalsSec: readonly number[] | null
  /** Executors that it has ended. */
  readonly deaths: number
  readonly group: string | null
  readonly dependsOn: readonly string[]
  readonly allowDependencyFailures: boolean
  /** A hundred at most; `dependentCount` counts all. */
  readonly dependents: readonly string[]
  readonly dependentCount: number
  readonly callbacks: {
    readonly success: string | null
    readonly failure: string | null
    readonly stopped: string | null
  }
  readonly webhooks: number
  readonly meta: unknown
  /** Of the newest result, if that is a success. */
  readonly result: unknown
  /** Of the newest result, if that is a failure. */
  readonly excInfo: string | null
  readonly results: readonly ResultDocument[]
  readonly places: readonly {
    readonly place: string
    readonly queue: string
    readonly at: string | null
    readonly before: number | null
  }[]
  /** What cannot be read, in words. */
  readonly problems: readonly string[]
}

/** Longest traceback that is told, characters. */
const MOST_TRACEBACK = 64 * 1024

export function documentOfJob(report: JobReport): JobDocument {
  const { hash, large } = report
  const call = large.has('data')
    ? { format: null, func: null, args: null, kwargs: null, problem: null }
    : shownCall(hash.data)
  const results = report.results.map(documentOfResult)
  const [newest] = results
  return {
    id: hash.id,
    status: hash.status ?? null,
    queue: hash.origin ?? null,
    func: call.func,
    args: call.args,
    kwargs: call.kwargs,
    serializer: call.format,
    payloadBytes: large.get('data') ?? hash.data?.length ?? 0,
    description: hash.description ?? null,
    createdAt: isoOf(hash.createdAtMs),
    enqueuedAt: isoOf(hash.enqueuedAtMs),
    startedAt: isoOf(hash.startedAtMs),
    endedAt: isoOf(hash.endedAtMs),
    lastHeartbeat: isoOf(hash.lastHeartbeatMs),
    expiresAt: isoOf(report.expiresAtMs),
    worker: hash.workerName ?? null,
    timeoutSec: hash.timeoutSec ?? null,
    resultTtlSec: hash.resultTtlSec ?? null,
    failureTtlSec: hash.failureTtlSec ?? null,
    ttlSec: hash.ttlSec ?? null,
    retriesLeft: hash.retriesLeft ?? null,
    retryIntervalsSec: hash.retryIntervalsSec ?? null,
    numberOfRetries: hash.numberOfRetries ?? null,
    repeatsLeft: hash.repeatsLeft ?? null,
    repeatIntervalsSec: hash.repeatIntervalsSec ?? null,
    deaths: countIn(hash.extra.get('rqd_deaths')),
    group: hash.groupId ?? null,
    dependsOn: hash.dependencyIds,
    allowDependencyFailures: hash.allowDependencyFailures ?? false,
    dependents: report.dependents,
    dependentCount: report.dependentCount,
    callbacks: {
      success: hash.successCallbackName ?? null,
      failure: hash.failureCallbackName ?? null,
      stopped: hash.stoppedCallbackName ?? null,
    },
    webhooks: hash.webhooks.length,
    meta: shownBytes(hash.meta),
    // Where RQ 1.11 and older kept it.
    result: newest === undefined ? shownBytes(hash.result) : newest.value,
    excInfo: newest?.excInfo ?? (newest?.type === 'successful' ? null : oldTraceback(hash.excInfo)),
    results,
    places: report.positions.map(({ at, ...position }) => ({
      ...position,
      at: at === null ? null : isoOf(at * 1000),
    })),
    problems: [
      ...report.problems,
      ...(call.problem === null ? [] : [call.problem]),
      ...[...large].map(([field, bytes]) => `field ${field} has ${bytes} bytes, too many to be looked at`),
    ],
  }
}

function documentOfResult({ result, type, certificate, problem }: ResultReport): ResultDocument {
  return {
    type: type ?? null,
    createdAt: isoOf(result?.createdAtMs),
    startedAt: isoOf(result?.executionStartedAtMs),
    endedAt: isoOf(result?.executionEndedAtMs),
    worker: result?.workerName ?? null,
    executionId: result?.executionId ?? null,
    value: shownBytes(result?.returnValue),
    excInfo: cut(result?.excString),
    output: result?.output ?? [],
    certificate: certificate ?? null,
    problem: problem ?? null,
  }
}

function oldTraceback(bytes: Uint8Array | undefined): string | null {
  const text = bytes === undefined ? '' : decodeExcInfo(bytes)
  return text === '' ? null : cut(text)
}

function cut(text: string | undefined): string | null {
  if (text === undefined) return null
  return text.length > MOST_TRACEBACK ? `${text.slice(0, MOST_TRACEBACK)}…` : text
}

function countIn(bytes: Uint8Array | undefined): number {
  const count = Number(bytes === undefined ? 0 : Buffer.from(bytes).toString('latin1'))
  return Number.isSafeInteger(count) && count > 0 ? count : 0
}
