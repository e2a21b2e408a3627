import type { Redis } from 'ioredis'
import { NoSuchJobError } from './errors.js'
import { decodeCall, type DecodedCall } from './job/call.js'
import { parseJobHash, type JobHash } from './job/hash.js'
import { decodeMeta } from './job/meta.js'
import { ResultType, decodeExcInfo, parseResult, type Result } from './job/result.js'
import type { JobStatus } from './job/status.js'
import { createKeys } from './redis/keys.js'
import { Store } from './redis/store.js'
import { detectFormat, serializerOf } from './serial/serializer.js'

/** A result of a job as users read it. `value`: what the function returned; undefined where there is nothing. */
export interface JobResult<T = unknown> {
  readonly type: 'successful' | 'failed' | 'stopped' | 'retried' | 'maxRetriesExceeded'
  readonly createdAt: Date
  readonly value: T | null | undefined
  readonly excInfo: string | undefined
  readonly workerName: string | undefined
  readonly executionId: string | undefined
}

const typeNames = new Map(Object.entries(ResultType).map(([name, type]) => [type, name as JobResult['type']]))

/**
 * A job in Redis, as of the moment when it was enqueued, fetched or refreshed. Attributes are read from that moment;
 * what the job holds is decoded when it is asked for, so a payload that cannot be read hurts only who reads it.
 */
export class Job<T = unknown> {
  readonly #store: Store
  #hash: JobHash
  #latest: Result | undefined
  #call: DecodedCall | undefined

  /** Use `Queue.enqueue` or `Job.fetch`. */
  constructor(store: Store, hash: JobHash, latest: Result | undefined) {
    this.#store = store
    this.#hash = hash
    this.#latest = latest
  }

  /**
   * Load a job.
   * @throws NoSuchJobError, or MalformedJobError if a field cannot be read
   */
  static async fetch<T = unknown>(jobId: string, options: { connection: Redis; prefix?: string }): Promise<Job<T>> {
    const store = new Store(options.connection, createKeys(options.prefix))
    const { hash, latest } = await load(store, jobId)
    return new Job<T>(store, hash, latest)
  }

  /** Load the job anew. @throws what `fetch` throws */
  async refresh(): Promise<this> {
    const { hash, latest } = await load(this.#store, this.id)
    this.#hash = hash
    this.#latest = latest
    this.#call = undefined
    return this
  }

  get id(): string {
    return this.#hash.id
  }
  get status(): JobStatus | undefined {
    return this.#hash.status
  }
  get origin(): string | undefined {
    return this.#hash.origin
  }
  get description(): string | undefined {
    return this.#hash.description
  }
  /** @throws PayloadError */
  get funcName(): string {
    return this.#decoded().func
  }
  /** @throws PayloadError */
  get args(): readonly unknown[] {
    return this.#decoded().args
  }
  /** @throws PayloadError */
  get kwargs(): Readonly<Record<string, unknown>> {
    return this.#decoded().kwargs
  }
  /** @throws PayloadError */
  get meta(): Record<string, unknown> {
    return this.#hash.meta === undefined ? {} : decodeMeta(this.#hash.meta).value
  }
  get createdAt(): Date | undefined {
    return date(this.#hash.createdAtMs)
  }
  get enqueuedAt(): Date | undefined {
    return date(this.#hash.enqueuedAtMs)
  }
  get startedAt(): Date | undefined {
    return date(this.#hash.startedAtMs)
  }
  get endedAt(): Date | undefined {
    return date(this.#hash.endedAtMs)
  }
  get lastHeartbeat(): Date | undefined {
    return date(this.#hash.lastHeartbeatMs)
  }
  /** The worker that runs or ran it. */
  get workerName(): string | undefined {
    return this.#hash.workerName
  }
  /** Seconds; -1 for none. */
  get timeoutSec(): number | undefined {
    return this.#hash.timeoutSec
  }
  get resultTtlSec(): number | undefined {
    return this.#hash.resultTtlSec
  }
  get failureTtlSec(): number | undefined {
    return this.#hash.failureTtlSec
  }
  get ttlSec(): number | undefined {
    return this.#hash.ttlSec
  }
  get retriesLeft(): number | undefined {
    return this.#hash.retriesLeft
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

  /** The newest result, as it is in Redis now; undefined if there is none. */
  async latestResult(): Promise<JobResult<T> | undefined> {
    const { keys, redis } = this.#store
    const latest = parseLatest(await redis.xrevrangeBuffer(keys.results(this.id), '+', '-', 'COUNT', 1))
    return latest === undefined ? undefined : show(latest)
  }

  #decoded(): DecodedCall {
    this.#call ??= decodeCall(this.#hash.data ?? new Uint8Array())
    return this.#call
  }
}

async function load(store: Store, jobId: string): Promise<{ hash: JobHash; latest: Result | undefined }> {
  const { keys, redis } = store
  // Sent in one write; a hash and a result from two instants are told apart by their own times.
  const [fields, entries] = await Promise.all([
    redis.hgetallBuffer(keys.job(jobId)),
    redis.xrevrangeBuffer(keys.results(jobId), '+', '-', 'COUNT', 1),
  ])
  const map = new Map(Object.entries(fields))
  if (map.size === 0) throw new NoSuchJobError(jobId)
  return { hash: parseJobHash(jobId, map), latest: parseLatest(entries) }
}

function parseLatest(entries: [Buffer, Buffer[]][]): Result | undefined {
  const [entry] = entries
  if (entry === undefined) return undefined
  const [id, flat] = entry
  const fields = new Map<string, Buffer>()
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(String(flat[i]), flat[i + 1] ?? Buffer.alloc(0))
  return parseResult(id.toString(), fields)
}

// The type is the caller's word here too.
function show<T>(result: Result): JobResult<T> {
  return {
    type: typeNames.get(result.type) ?? 'failed',
    createdAt: new Date(result.createdAtMs),
    value: valueOf(result) as T | null | undefined,
    excInfo: result.excString,
    workerName: result.workerName,
    executionId: result.executionId,
  }
}

function valueOf(result: Result): unknown {
  if (result.type !== ResultType.successful) return undefined
  return result.returnValue === undefined ? null : decodeValue(result.returnValue)
}

function decodeValue(bytes: Uint8Array): unknown {
  return serializerOf(detectFormat(bytes) ?? 'json').loads(bytes)
}

function date(epochMs: number | undefined): Date | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs)
}
