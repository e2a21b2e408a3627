import { timeoutSecOf, type CallbackOption } from './callback.js'
import type { CallNames } from './call-names.js'
import { parentsOf, type DependsOn } from './dependency.js'
import { parseDurationSec, type Duration } from './duration.js'
import { RqdError } from './errors.js'
import { encodeCall } from './job/call.js'
import { describeCall } from './job/description.js'
import { emptyJobHash, type JobHash } from './job/hash.js'
import { encodeMeta } from './job/meta.js'
import { formatIso } from './job/time.js'
import type { Random } from './random.js'
import type { Placement } from './redis/pack-job.js'
import { Repeat, type RepeatOptions } from './repeat.js'
import { Retry, type RetryOptions } from './retry.js'
import type { SerializerName } from './serial/serializer.js'
import type { TaskFunction } from './task-name.js'
import { webhookOf, type WebhookOptions } from './webhook.js'

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
  /** Jobs, or their ids, that must have finished before it is put on its queue: see `dependency`. */
  dependsOn?: DependsOn
  /** Try again when it fails. */
  retry?: Retry | RetryOptions
  /** Run again when it has ended well. */
  repeat?: Repeat | RepeatOptions
  /** Called with the job and its result when it has finished: see `callback`. */
  onSuccess?: CallbackOption
  /** Called with the job and the error when it has failed. */
  onFailure?: CallbackOption
  /** Called with the job when it was stopped. */
  onStopped?: CallbackOption
  /** HTTP calls to be made when it has ended: see `webhook`. */
  webhooks?: readonly WebhookOptions[]
  /** Refuse a `jobId` that exists already. */
  unique?: boolean
  /** A group, or the name of one, that it joins. */
  group?:
    | string
    | {
        /** Its name. */
        readonly name: string
      }
}

/** A call by name or function, with options beside its arguments. */
export interface EnqueueCall<F extends TaskFunction | string = TaskFunction | string> extends JobOptions {
  /** An exported function, or its name as workers know it. */
  func: F
  /** Positional arguments. */
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
  /** For jitter. */
  readonly random: Random
  /** When it is put on its queue: epoch seconds, or '+N' seconds from now. */
  readonly due?: string | undefined
}

/**
 * The hash of a new job that waits.
 * @param jobId used where the call names none
 * @param names under which workers find its functions
 * @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION, RQD_UNREPRESENTABLE
 */
export function newJobHash(jobId: string, names: CallNames, call: EnqueueCall, setting: JobSetting): JobHash {
  const { serializer, nowMs } = setting
  const { func } = names
  const { args = [], kwargs = {} } = call
  const hash = emptyJobHash(checkJobId(call.jobId ?? jobId))
  hash.createdAtMs = nowMs
  setPlace(hash, call, setting)
  if (call.retry !== undefined) setRetry(hash, call.retry, setting.random)
  if (call.repeat !== undefined) setRepeat(hash, call.repeat)
  setCallbacks(hash, names, call)
  if (call.group !== undefined) hash.groupId = groupName(call.group)
  if (call.webhooks !== undefined) hash.webhooks = call.webhooks.map(webhookOf)
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

/** What decides where a new job goes; undefined for one that simply waits on its queue. */
export function placementOf(hash: JobHash, { due = '', nowMs }: JobSetting): Placement | undefined {
  const { dependencyIds: parents, groupId: group = '', allowDependencyFailures: allowFailure = false } = hash
  if (due === '' && group === '' && parents.length === 0) return undefined
  return { due, enqueuedAt: formatIso(nowMs), allowFailure, group, parents }
}

function setPlace(hash: JobHash, call: EnqueueCall, { nowMs, due }: JobSetting): void {
  const parents = parentsOf(call.dependsOn)
  const { ids } = parents
  hash.status = due !== undefined ? 'scheduled' : ids.length > 0 ? 'deferred' : 'queued'
  if (hash.status === 'queued') {
    hash.enqueuedAtMs = nowMs
    return
  }
  if (due !== undefined && ids.length > 0) {
    const text =
      'dependsOn with a time: a job waits for others or for a time, not for both; let the last of them schedule it'
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  if (ids.includes(hash.id)) {
    throw new RqdError('RQD_BAD_OPTION', `dependsOn holds ${JSON.stringify(hash.id)}, which is the job itself`)
  }
  hash.dependencyIds = ids
  if (parents.allowFailure) hash.allowDependencyFailures = true
  if (parents.enqueueAtFront || call.atFront === true) hash.enqueueAtFront = true
}

function setRetry(hash: JobHash, option: Retry | RetryOptions, random: Random): void {
  const retry = option instanceof Retry ? option : new Retry(option)
  hash.retriesLeft = retry.max
  hash.retryIntervalsSec = retry.intervalsSec(random)
  if (retry.enqueueAtFront) hash.enqueueAtFrontOnRetry = true
}

function setRepeat(hash: JobHash, option: Repeat | RepeatOptions): void {
  const repeat = option instanceof Repeat ? option : new Repeat(option)
  hash.repeatsLeft = repeat.times
  hash.repeatIntervalsSec = [...repeat.intervalsSec]
}

function setCallbacks(hash: JobHash, names: CallNames, { onSuccess, onFailure, onStopped }: EnqueueCall): void {
  hash.successCallbackName = names.onSuccess
  hash.failureCallbackName = names.onFailure
  hash.stoppedCallbackName = names.onStopped
  hash.successCallbackTimeoutSec = onSuccess === undefined ? undefined : timeoutSecOf(onSuccess)
  hash.failureCallbackTimeoutSec = onFailure === undefined ? undefined : timeoutSecOf(onFailure)
  hash.stoppedCallbackTimeoutSec = onStopped === undefined ? undefined : timeoutSecOf(onStopped)
}

function groupName(group: string | { readonly name: string }): string {
  const name = typeof group === 'string' ? group : group.name
  if (name !== '') return name
  throw new RqdError('RQD_BAD_OPTION', 'group is an empty text; expected a group or its name')
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
