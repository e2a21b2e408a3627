import { parseDurationSec, type Duration } from './duration.js'
import { RqdError } from './errors.js'
import { encodeCall } from './job/call.js'
import { describeCall } from './job/description.js'
import { emptyJobHash, type JobHash } from './job/hash.js'
import { encodeMeta } from './job/meta.js'
import type { SerializerName } from './serial/serializer.js'
import type { TaskFunction } from './task-name.js'

/** Options of one job. Durations are seconds or text such as '5m'. */
export interface JobOptions {
  /** Limit of its run; -1 for none. Default: the queue's. */
  jobTimeout?: Duration
  /** How long its result and hash are kept once it has finished: 0 not at all, -1 for ever. Default 500 s. */
  resultTtl?: Duration
  /** How long it may wait to be started before it is dropped. Default: for ever. */
  ttl?: Duration
  /** How long it is kept once it has failed; -1 for ever. Default a year. */
  failureTtl?: Duration
  /** Letters, digits, `_` and `-`. Default a random UUID. */
  jobId?: string
  /** Before all jobs that wait. */
  atFront?: boolean
  /** Shown by viewers. Default the call as text. */
  description?: string
  /** Data of yours that goes with the job. */
  meta?: Readonly<Record<string, unknown>>
}

/** A call by name or function, with options beside its arguments. */
export interface EnqueueCall<F extends TaskFunction | string = TaskFunction | string> extends JobOptions {
  func: F
  args?: readonly unknown[]
  /** Reach the function as one object behind the positional arguments, when there are any. */
  kwargs?: Readonly<Record<string, unknown>>
}

/** What a job that calls `F` returns, as far as its type tells. */
export type ResultOf<F> = F extends TaskFunction ? Awaited<ReturnType<F>> : unknown

/** What a queue gives to each of its jobs. */
export interface JobSetting {
  readonly origin: string
  readonly serializer: SerializerName
  readonly defaultTimeout: Duration
  readonly nowMs: number
}

/**
 * The hash of a new job that waits.
 * @param jobId used where the call names none
 * @param func name under which workers find the function
 * @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION, RQD_UNREPRESENTABLE
 */
export function newJobHash(jobId: string, func: string, call: EnqueueCall, setting: JobSetting): JobHash {
  const { serializer, nowMs } = setting
  const { args = [], kwargs = {} } = call
  const hash = emptyJobHash(checkJobId(call.jobId ?? jobId))
  hash.createdAtMs = nowMs
  hash.enqueuedAtMs = nowMs
  hash.status = 'queued'
  hash.origin = setting.origin
  hash.data = encodeCall({ func, instance: null, args: [...args], kwargs: { ...kwargs } }, serializer)
  hash.description = call.description ?? describeCall(func, args, kwargs)
  hash.timeoutSec = limit(parseDurationSec(call.jobTimeout ?? setting.defaultTimeout, 'jobTimeout'))
  hash.resultTtlSec = seconds(call.resultTtl, 'resultTtl')
  hash.failureTtlSec = seconds(call.failureTtl, 'failureTtl')
  hash.ttlSec = call.ttl === undefined ? undefined : positive(parseDurationSec(call.ttl, 'ttl'), 'ttl')
  hash.meta = call.meta === undefined ? undefined : encodeMeta(call.meta, serializer)
  return hash
}

/** Give back the name of a function as callers write it. @throws RqdError RQD_BAD_OPTION */
export function checkFunctionName(name: string): string {
  if (/^[^\s.:]+(\.[^\s.:]+)*[.:][^\s.:]+(\.[^\s.:]+)*$/.test(name)) return name
  const text = `function ${JSON.stringify(name)}; expected "module.function", "package.module.function" or "module:export"`
  throw new RqdError('RQD_BAD_OPTION', text)
}

function checkJobId(jobId: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(jobId)) return jobId
  const text = `jobId is ${JSON.stringify(jobId)}; expected letters, digits, "_" and "-" only: RQ 2.8+ refuses to load any other`
  throw new RqdError('RQD_BAD_OPTION', text)
}

function seconds(duration: Duration | undefined, what: string): number | undefined {
  return duration === undefined ? undefined : parseDurationSec(duration, what)
}

function positive(ttlSec: number, what: string): number {
  if (ttlSec > 0) return ttlSec
  throw new RqdError(
    'RQD_BAD_OPTION',
    `${what} is ${ttlSec} s; expected at least 1: leave it out for a job that may wait for ever`,
  )
}

function limit(timeoutSec: number): number {
  if (timeoutSec !== 0) return timeoutSec
  throw new RqdError('RQD_BAD_OPTION', 'jobTimeout is 0 s; expected at least 1, or -1 for none')
}
