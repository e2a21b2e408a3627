import type { Redis } from 'ioredis'
import type { EnqueueCall } from './enqueue-call.js'
import { RqdError, hasCode } from './errors.js'
import { Job } from './job.js'
import type { JobsOf } from './enqueuer.js'
import type { Queue } from './queue.js'
import { createKeys } from './redis/keys.js'

/** Where groups are. */
export interface GroupOptions {
  /** An open ioredis client. It stays the caller’s: nothing here closes it. */
  connection: Redis
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
}

/** Jobs that belong together, whatever their queues. It exists as long as it has jobs. */
export class Group {
  /** Unique among all groups of a Redis. */
  readonly name: string
  readonly #options: GroupOptions

  /** @throws RqdError RQD_BAD_OPTION for an empty name */
  constructor(name: string, options: GroupOptions) {
    if (name === '') throw new RqdError('RQD_BAD_OPTION', 'the name of a group is an empty text; expected any other')
    this.name = name
    this.#options = options
  }

  /** All groups that have jobs, by name. */
  static async all(options: GroupOptions): Promise<Group[]> {
    const names = await options.connection.smembers(createKeys(options.prefix).groups)
    return names.sort().map((name) => new Group(name, options))
  }

  /** Enqueue calls as jobs of this group: see `Queue.enqueueMany`. @throws EnqueueManyError */
  async enqueueMany<const C extends readonly EnqueueCall[]>(queue: Queue, calls: C): Promise<JobsOf<C>> {
    const inGroup = calls.map((call) => ({ ...call, group: this.name }))
    return (await queue.enqueueMany(inGroup)) as JobsOf<C>
  }

  /** Ids of its jobs, those included that are gone by now. */
  async jobIds(): Promise<string[]> {
    const { connection, prefix } = this.#options
    return (await connection.smembers(createKeys(prefix).group(this.name))).sort()
  }

  /** Its jobs that still exist. @throws MalformedJobError */
  async jobs(): Promise<Job[]> {
    const found = await Promise.all((await this.jobIds()).map((id) => this.#fetch(id)))
    return found.filter((job) => job !== undefined)
  }

  async #fetch(jobId: string): Promise<Job | undefined> {
    try {
      return await Job.fetch(jobId, this.#options)
    } catch (thrown) {
      if (hasCode(thrown, 'RQD_NO_SUCH_JOB')) return undefined
      throw thrown
    }
  }
}
