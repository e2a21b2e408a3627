import { systemClock } from './clock.js'
import { type Connection, connectionFor } from './connections.js'
import { NoSuchJobError } from './errors.js'
import type { JobHash } from './job/hash.js'
import { encodeExcInfo, type Result } from './job/result.js'
import { formatIso } from './job/time.js'
import { JobAttributes } from './job-attributes.js'
import { loadJob, loadJobs, loadResults } from './job-load.js'
import { refusedCancel, refusedRequeue, refusedStop, unheardStop } from './job-refusals.js'
import { showResult, type JobResult } from './job-result.js'
import { cancelJob, deleteJob, saveMeta, stopJob } from './redis/job-store.js'
import { createKeys } from './redis/keys.js'
import { Store } from './redis/store.js'

export type { JobResult } from './job-result.js'

/** Where jobs are looked for. */
export interface FetchOptions {
  /** Default: the innermost of `withConnection` or `pushConnection`. */
  connection?: Connection
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
}

/** A job in Redis. Its attributes are as of the moment when it was enqueued, fetched or refreshed. */
export class Job<T = unknown> extends JobAttributes<T> {
  readonly #store: Store

  /** @internal */
  constructor(store: Store, hash: JobHash, latest: Result | undefined) {
    super(hash, latest)
    this.#store = store
  }

  /**
   * Load a job.
   * @throws NoSuchJobError, MalformedJobError if a field cannot be read, RqdError RQD_BAD_OPTION without a connection
   */
  static async fetch<T = unknown>(jobId: string, options: FetchOptions = {}): Promise<Job<T>> {
    const store = storeFor('Job.fetch', options)
    const { hash, latest } = await loadJob(store, jobId)
    return new Job<T>(store, hash, latest)
  }

  /**
   * Load many jobs, a few hundred a round trip.
   * @returns in the order of the ids, null for a job that does not exist
   * @throws MalformedJobError if a field of any cannot be read, RqdError RQD_BAD_OPTION without a connection, RQD_REDIS
   */
  static async fetchMany<T = unknown>(
    jobIds: readonly string[],
    options: FetchOptions = {},
  ): Promise<(Job<T> | null)[]> {
    const store = storeFor('Job.fetchMany', options)
    const loaded = await loadJobs(store, jobIds)
    return loaded.map((job) => (job === null ? null : new Job<T>(store, job.hash, job.latest)))
  }

  /** Load the job anew; changes of `meta` that were not saved are gone. @throws what `fetch` throws */
  async refresh(): Promise<this> {
    const { hash, latest } = await loadJob(this.#store, this.id)
    this.replace(hash, latest)
    return this
  }

  /** The newest result, as it is in Redis now; undefined if there is none. */
  async latestResult(): Promise<JobResult<T> | undefined> {
    const [latest] = await loadResults(this.#store, this.id, 1)
    return latest === undefined ? undefined : showResult(latest)
  }

  /** All results that are kept (ten or some more), as they are in Redis now, the newest first. */
  async results(): Promise<JobResult<T>[]> {
    return (await loadResults(this.#store, this.id)).map((result) => showResult<T>(result))
  }

  /** How many jobs are before it on its queue now; null if it is not there. Searches the queue from its front. */
  async getPosition(): Promise<number | null> {
    const { keys, redis } = this.#store
    return this.origin === undefined ? null : redis.lpos(keys.queue(this.origin), this.id)
  }

  /** Write `meta`, in the job's own format. @throws NoSuchJobError, UnrepresentableError, RqdError RQD_REDIS */
  async saveMeta(): Promise<void> {
    const { keys, redis } = this.#store
    const meta = this.encodedMeta()
    const reply = await saveMeta(redis, keys, { jobId: this.id, meta })
    if (reply !== 'saved') throw new NoSuchJobError(this.id)
    this.change({ meta })
  }

  /**
   * Take it off its queue or registry and file it as canceled; it is not run. One that runs already goes on, and its
   * outcome replaces this: use `stop` to end it.
   * @param options.enqueueDependents queue the jobs that wait for it, as though it had finished. Default: they go on
   * waiting.
   * @throws InvalidJobOperationError if it is canceled already, NoSuchJobError, RqdError RQD_REDIS
   */
  async cancel(options: { enqueueDependents?: boolean } = {}): Promise<void> {
    const { keys, redis } = this.#store
    const { enqueueDependents = false } = options
    const { outcome } = await cancelJob(redis, keys, { jobId: this.id, enqueueDependents, nowIso: nowIso() })
    if (outcome === 'missing') throw new NoSuchJobError(this.id)
    if (outcome === 'refused') throw refusedCancel(this.id)
    this.change({ status: 'canceled' })
  }

  /**
   * Remove it from Redis with its results and all that hangs on it, whatever its status. One that runs goes on, and
   * its outcome is dropped.
   * @param options.deleteDependents remove the jobs that wait for it too, and those that wait for them. Default: they
   * go on waiting, for ever.
   * @returns how many jobs were removed: 0 if it was gone already
   * @throws RqdError RQD_REDIS
   */
  async delete(options: { deleteDependents?: boolean } = {}): Promise<number> {
    const { keys, redis } = this.#store
    const { deleteDependents: withDependents = false } = options
    return deleteJob(redis, keys, { jobId: this.id, queue: this.origin ?? '', withDependents })
  }

  /**
   * Put a failed or stopped job back on its queue, to be run again. Retries are not refilled.
   * @throws InvalidJobOperationError if it is neither, NoSuchJobError, RqdError RQD_REDIS
   */
  async requeue(options: { atFront?: boolean } = {}): Promise<void> {
    const { atFront = false } = options
    const queue = this.origin ?? ''
    const enqueuedAtMs = systemClock.epochMs()
    const [reply] = await this.#store.requeue({
      queue,
      jobIds: [this.id],
      nowIso: formatIso(enqueuedAtMs),
      emptyTraceback: encodeExcInfo(''),
      atFront,
    })
    if (reply === 'missing') throw new NoSuchJobError(this.id)
    if (reply !== 'requeued') throw refusedRequeue(this.id, (await loadJob(this.#store, this.id)).hash.status)
    this.change({ status: 'queued', enqueuedAtMs, startedAtMs: undefined, endedAtMs: undefined })
  }

  /**
   * Tell the worker that runs it to end it, by RQ's command, whose worker that may be. Resolves when the worker has been
   * told; the job is `stopped` a moment later, and not tried again.
   * @throws InvalidJobOperationError if it is not running, or no worker listens, NoSuchJobError, RqdError RQD_REDIS
   */
  async stop(): Promise<void> {
    const { keys, redis } = this.#store
    const { outcome, status, worker, listeners } = await stopJob(redis, keys, this.id)
    if (outcome === 'missing') throw new NoSuchJobError(this.id)
    if (outcome === 'refused') throw refusedStop(this.id, status)
    if (listeners === 0) throw unheardStop(this.id, worker)
  }
}

function storeFor(what: string, { connection, prefix }: FetchOptions): Store {
  return new Store(connectionFor(what, connection), createKeys(prefix))
}

function nowIso(): string {
  return formatIso(systemClock.epochMs())
}
