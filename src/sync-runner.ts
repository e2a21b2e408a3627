import type { EncodedJob } from './encoded-job.js'
import type { EnqueueCall } from './enqueue-call.js'
import type { Enqueuing } from './enqueuer.js'
import { RqdError, hasCode } from './errors.js'
import type { JobHash } from './job/hash.js'
import type { Job } from './job.js'
import type { Store } from './redis/store.js'
import { FunctionResolver } from './run/resolve.js'
import { runHere } from './worker/run-here.js'

/** Runs the jobs of a synchronous queue in this process. */
export class SyncRunner {
  readonly #store: Store
  readonly #queue: string
  readonly #options: Enqueuing
  readonly #resolver: FunctionResolver

  constructor(store: Store, queue: string, options: Enqueuing) {
    this.#store = store
    this.#queue = queue
    this.#options = options
    this.#resolver = new FunctionResolver(options.taskPaths, options.clock)
  }

  /** False for a job that must wait: for its time, or for parents that have not ended. */
  async takes(hash: JobHash): Promise<boolean> {
    if (hash.status === 'scheduled') return false
    if (hash.dependencyIds.length === 0) return true
    const { redis, keys } = this.#store
    const statuses = await Promise.all(hash.dependencyIds.map((id) => redis.hget(keys.job(id), 'status')))
    const lenient = hash.allowDependencyFailures === true
    // One that is gone counts as ended, as with RQ.
    return statuses.every((status) => status === null || status === 'finished' || (lenient && status === 'failed'))
  }

  /**
   * Run a job to its end.
   * @returns it, as it is then
   * @throws RqdError RQD_BAD_OPTION for one that belongs to a group, RQD_DUPLICATE_JOB, RQD_REDIS
   */
  async run({ job, hash }: EncodedJob, call: EnqueueCall): Promise<Job> {
    if (hash.groupId !== undefined) {
      const text = `queue ${JSON.stringify(this.#queue)} runs its jobs at once, which no group follows: leave out "group", or make the queue without isAsync: false`
      throw new RqdError('RQD_BAD_OPTION', text)
    }
    const { clock, random } = this.#options
    const here = { store: this.#store, resolver: this.#resolver, clock, random }
    hash.status = await runHere(here, hash, this.#queue, call.unique ?? false)
    try {
      return await job.refresh()
    } catch (thrown) {
      // Not kept, as its TTL says.
      if (hasCode(thrown, 'RQD_NO_SUCH_JOB')) return job
      throw thrown
    }
  }
}
