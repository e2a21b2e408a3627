import type { Redis } from 'ioredis'
import { checkInteger } from './check-integer.js'
import { systemClock } from './clock.js'
import { MalformedJobError, hasCode } from './errors.js'
import { Job } from './job.js'
import { loadReadableJobs } from './job-load.js'
import { checkQueueName } from './queue-name.js'
import { createKeys, type Keys } from './redis/keys.js'
import {
  compactQueue,
  deleteQueue,
  emptyQueue,
  queueLength,
  queuePosition,
  queueRest,
  queueSlice,
  removeFromQueue,
} from './redis/queue-store.js'
import { isWrongType } from './redis/read-key.js'
import { Store } from './redis/store.js'
import { CanceledJobRegistry } from './registries/canceled.js'
import { DeferredJobRegistry } from './registries/deferred.js'
import { FailedJobRegistry } from './registries/failed.js'
import { FinishedJobRegistry } from './registries/finished.js'
import { idOf, type JobOrId, type RegistryOptions } from './registries/registry.js'
import { ScheduledJobRegistry } from './registries/scheduled.js'
import { StartedJobRegistry } from './registries/started.js'

/**
 * What is on a queue and in its registries: the part of `Queue` that looks at jobs, and takes them away. Methods throw
 * RqdError RQD_REDIS where Redis does not answer, or a key holds something else than RQ keeps there.
 */
export class QueueContents {
  /** Its name, without the prefix of its key. */
  readonly name: string
  readonly #redis: Redis
  readonly #keys: Keys
  readonly #where: Required<RegistryOptions>

  constructor(name: string, options: RegistryOptions) {
    this.name = checkQueueName(name)
    this.#redis = options.connection
    this.#keys = createKeys(options.prefix)
    this.#where = {
      connection: options.connection,
      prefix: this.#keys.prefix,
      clock: options.clock ?? systemClock,
    }
  }

  /** The queue's key in Redis, a list of job ids. */
  get key(): string {
    return this.#keys.queue(this.name)
  }

  /** How many jobs wait on it. */
  count(): Promise<number> {
    return queueLength(this.#redis, this.#keys, this.name)
  }

  /** Whether no job waits on it. */
  async isEmpty(): Promise<boolean> {
    return (await this.count()) === 0
  }

  /**
   * Ids of the jobs that wait, the next one first.
   * @param offset how many to pass over
   * @param length most ids, read in one call; -1: all, read in steps of 1000, where an id that is on the queue several
   * times, further apart than that, is given once
   * @throws RqdError RQD_BAD_OPTION
   */
  async jobIds(offset = 0, length = -1): Promise<string[]> {
    checkInteger('offset', offset, 0)
    checkInteger('length', length, -1)
    return length === -1
      ? queueRest(this.#redis, this.#keys, this.name, offset)
      : queueSlice(this.#redis, this.#keys, this.name, { offset, length })
  }

  /**
   * The jobs that wait, the next one first, a few hundred a round trip: those behind `jobIds(offset, length)`, without those that are gone, that
   * belong to another queue, or that cannot be read.
   * @throws RqdError RQD_BAD_OPTION
   */
  async jobs(offset = 0, length = -1): Promise<Job[]> {
    const store = new Store(this.#redis, this.#keys)
    const loaded = await loadReadableJobs(store, await this.jobIds(offset, length))
    return loaded
      .filter(({ hash }) => hash.origin === this.name)
      .map(({ hash, latest }) => new Job(store, hash, latest))
  }

  /**
   * A job of this queue, whatever its state; undefined if there is none of this id, or it belongs to another queue.
   * @throws MalformedJobError if it cannot be read
   */
  async fetchJob<T = unknown>(jobId: string): Promise<Job<T> | undefined> {
    try {
      const job = await Job.fetch<T>(jobId, this.#where)
      return job.origin === this.name ? job : undefined
    } catch (thrown) {
      if (hasCode(thrown, 'RQD_NO_SUCH_JOB')) return undefined
      if (!(thrown instanceof Error && isWrongType(thrown.cause))) throw thrown
      const [job, results] = [this.#keys.job(jobId), this.#keys.results(jobId)]
      const text = `job ${JSON.stringify(jobId)}: ${job} is no hash, or ${results} no stream; something else uses the key`
      throw new MalformedJobError('data', text, { cause: thrown })
    }
  }

  /** How many jobs wait before this one; undefined if it is not on the queue. Redis walks the queue up to it. */
  getJobPosition(job: JobOrId): Promise<number | undefined> {
    return queuePosition(this.#redis, this.#keys, this.name, idOf(job))
  }

  /** Take a job off the queue, without changing the job. @returns whether it was there */
  remove(job: JobOrId): Promise<boolean> {
    return removeFromQueue(this.#redis, this.#keys, this.name, idOf(job))
  }

  /**
   * Delete all jobs that wait, in steps of 200. Their results, and what is in registries, stay, as in RQ.
   * @returns how many were deleted
   */
  empty(): Promise<number> {
    return emptyQueue(this.#redis, this.#keys, this.name, false)
  }

  /**
   * Forget the queue: it is known again as soon as something is put on it. What is in its registries stays.
   * @param options deleteJobs: delete the jobs that wait, as `empty` does, and leave a queue on which something was put
   * meanwhile; false: they stay in Redis, on no queue. Default true.
   * @returns how many ids were on it
   */
  delete(options: { deleteJobs?: boolean } = {}): Promise<number> {
    return (options.deleteJobs ?? true)
      ? emptyQueue(this.#redis, this.#keys, this.name, true)
      : deleteQueue(this.#redis, this.#keys, this.name)
  }

  /** Drop the ids whose job is gone, in steps of 300. All others keep their place. @returns how many were dropped */
  compact(): Promise<number> {
    return compactQueue(this.#redis, this.#keys, this.name)
  }

  /** Its jobs that run. */
  get startedJobRegistry(): StartedJobRegistry {
    return new StartedJobRegistry(this.name, this.#where)
  }
  /** Its jobs that have finished, as long as they are kept. */
  get finishedJobRegistry(): FinishedJobRegistry {
    return new FinishedJobRegistry(this.name, this.#where)
  }
  /** Its jobs that have failed for good or were stopped. */
  get failedJobRegistry(): FailedJobRegistry {
    return new FailedJobRegistry(this.name, this.#where)
  }
  /** Its jobs that wait for others. */
  get deferredJobRegistry(): DeferredJobRegistry {
    return new DeferredJobRegistry(this.name, this.#where)
  }
  /** Its jobs that wait for a time. */
  get scheduledJobRegistry(): ScheduledJobRegistry {
    return new ScheduledJobRegistry(this.name, this.#where)
  }
  /** Its jobs that were canceled. */
  get canceledJobRegistry(): CanceledJobRegistry {
    return new CanceledJobRegistry(this.name, this.#where)
  }

  /** Whether both have the same key. Whether their connections lead to the same server is not looked at. */
  equals(other: { readonly key: string }): boolean {
    return this.key === other.key
  }

  /** As RQ prints it: `<Queue NAME>`. */
  toString(): string {
    return `<Queue ${this.name}>`
  }
}
