import { Called } from './job/called.js'
import type { JobHash, Webhook } from './job/hash.js'
import { encodeMeta, metaOf, type Meta } from './job/meta.js'
import { decodeExcInfo, ResultType, type Result } from './job/result.js'
import type { JobStatus } from './job/status.js'
import { decodeValue, valueOf } from './job-result.js'

/**
 * What a job tells of itself, as of the moment when it was enqueued, fetched or refreshed. What it holds is decoded when
 * it is asked for, so a payload that cannot be read hurts only who reads it.
 */
export abstract class JobAttributes<T = unknown> extends Called {
  #hash: JobHash
  #latest: Result | undefined
  #meta: Meta | undefined

  protected constructor(hash: JobHash, latest: Result | undefined) {
    super()
    this.#hash = hash
    this.#latest = latest
  }

  /** Unique among all jobs of a Redis. */
  get id(): string {
    return this.#hash.id
  }
  /** Where it stands; undefined if its hash does not say. */
  get status(): JobStatus | undefined {
    return this.#hash.status
  }
  /** It waits on its queue. */
  get isQueued(): boolean {
    return this.status === 'queued'
  }
  /** It runs. */
  get isStarted(): boolean {
    return this.status === 'started'
  }
  /** It ended well. */
  get isFinished(): boolean {
    return this.status === 'finished'
  }
  /** It failed for good: a job that will be tried again is queued or scheduled. */
  get isFailed(): boolean {
    return this.status === 'failed'
  }
  /** It was ended by a command while it ran. */
  get isStopped(): boolean {
    return this.status === 'stopped'
  }
  /** It was canceled. */
  get isCanceled(): boolean {
    return this.status === 'canceled'
  }
  /** It waits for others. */
  get isDeferred(): boolean {
    return this.status === 'deferred'
  }
  /** It waits for its time, or for that of its next attempt. */
  get isScheduled(): boolean {
    return this.status === 'scheduled'
  }
  /** Name of its queue, under which it is filed. */
  get origin(): string | undefined {
    return this.#hash.origin
  }
  /** What viewers show: the call, if nothing else was said. */
  get description(): string | undefined {
    return this.#hash.description
  }
  /** Data of yours, the same object until the job is refreshed: change it, then `saveMeta`. @throws PayloadError */
  get meta(): Record<string, unknown> {
    return this.#readMeta().value
  }
  /** When it was made. */
  get createdAt(): Date | undefined {
    return date(this.#hash.createdAtMs)
  }
  /** When it was last put on its queue. */
  get enqueuedAt(): Date | undefined {
    return date(this.#hash.enqueuedAtMs)
  }
  /** When its function was last called. */
  get startedAt(): Date | undefined {
    return date(this.#hash.startedAtMs)
  }
  /** When that ended. */
  get endedAt(): Date | undefined {
    return date(this.#hash.endedAtMs)
  }
  /** When its worker last said that it runs. */
  get lastHeartbeat(): Date | undefined {
    return date(this.#hash.lastHeartbeatMs)
  }
  /** The worker that runs or ran it. */
  get workerName(): string | undefined {
    return this.#hash.workerName
  }
  /** Limit of its run, seconds; -1 for none. */
  get timeoutSec(): number | undefined {
    return this.#hash.timeoutSec
  }
  /** How long it is kept once it has finished, seconds: 0 not at all, -1 for ever. */
  get resultTtlSec(): number | undefined {
    return this.#hash.resultTtlSec
  }
  /** How long it is kept once it has failed, seconds; -1 for ever. */
  get failureTtlSec(): number | undefined {
    return this.#hash.failureTtlSec
  }
  /** How long it may wait to be started, seconds. */
  get ttlSec(): number | undefined {
    return this.#hash.ttlSec
  }
  /** Retries that are left when it throws. */
  get retriesLeft(): number | undefined {
    return this.#hash.retriesLeft
  }
  /** Seconds before each retry. */
  get retryIntervalsSec(): readonly number[] | undefined {
    return this.#hash.retryIntervalsSec
  }
  /** Retries that a Python function asked for by what it returned. */
  get numberOfRetries(): number | undefined {
    return this.#hash.numberOfRetries
  }
  /** Runs that still follow when it ends well. */
  get repeatsLeft(): number | undefined {
    return this.#hash.repeatsLeft
  }
  /** Seconds before each of them. */
  get repeatIntervalsSec(): readonly number[] | undefined {
    return this.#hash.repeatIntervalsSec
  }
  /** Ids of the jobs that it waits or waited for. */
  get dependencyIds(): readonly string[] {
    return this.#hash.dependencyIds
  }
  /** It is content with dependencies that failed. */
  get allowDependencyFailures(): boolean {
    return this.#hash.allowDependencyFailures ?? false
  }
  /** It goes to the front of its queue when its time, or that of its dependencies, has come. */
  get enqueueAtFront(): boolean {
    return this.#hash.enqueueAtFront ?? false
  }
  /** Name of its group. */
  get groupId(): string | undefined {
    return this.#hash.groupId
  }
  /** Name of the function that is called when it has finished. */
  get successCallback(): string | undefined {
    return this.#hash.successCallbackName
  }
  /** Name of the function that is called when it has failed. */
  get failureCallback(): string | undefined {
    return this.#hash.failureCallbackName
  }
  /** Name of the function that is called when it was stopped. */
  get stoppedCallback(): string | undefined {
    return this.#hash.stoppedCallbackName
  }

  /** HTTP calls that are made when it has ended. */
  get webhooks(): readonly Webhook[] {
    return this.#hash.webhooks
  }

  /** What the function returned, if the job's newest result is a success; null if it returned nothing. */
  get result(): T | null | undefined {
    // The type is the caller's word: nothing in Redis says what a function returns.
    if (this.#latest !== undefined) return valueOf(this.#latest) as T | null | undefined
    // The layout of RQ 1.11 and older.
    return this.#hash.result === undefined ? undefined : (decodeValue(this.#hash.result) as T)
  }

  /** The traceback of the newest result, if that is a failure. */
  get excInfo(): string | undefined {
    if (this.#latest?.excString !== undefined) return this.#latest.excString
    if (this.#latest !== undefined && this.#latest.type === ResultType.successful) return undefined
    const old = this.#hash.excInfo === undefined ? '' : decodeExcInfo(this.#hash.excInfo)
    return old === '' ? undefined : old
  }

  /** Tell from now on what these say. */
  protected replace(hash: JobHash, latest: Result | undefined): void {
    this.#hash = hash
    this.#latest = latest
    this.forgetCall()
    this.#meta = undefined
  }

  /** A change of single fields that has been made in Redis. */
  protected change(fields: Partial<JobHash>): void {
    this.#hash = { ...this.#hash, ...fields }
  }

  /** `meta` in the job's own format; undefined where it is empty. @throws PayloadError, UnrepresentableError */
  protected encodedMeta(): Uint8Array | undefined {
    const { value, format } = this.#readMeta()
    return encodeMeta(value, format)
  }

  #readMeta(): Meta {
    this.#meta ??= metaOf(this.#hash.meta, this.#hash.data)
    return this.#meta
  }

  protected get data(): Uint8Array {
    return this.#hash.data ?? new Uint8Array()
  }
}

function date(epochMs: number | undefined): Date | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs)
}
