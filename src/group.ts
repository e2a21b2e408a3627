import type { Redis } from 'ioredis'
import { type Connection, connectionFor } from './connections.js'
import type { EnqueueCall } from './enqueue-call.js'
import { NoSuchGroupError, RqdError } from './errors.js'
import { Job } from './job.js'
import type { JobsOf } from './enqueuer.js'
import type { Queue } from './queue.js'
import { systemRandom } from './random.js'
import { purgeGroup } from './redis/group-store.js'
import { createKeys, type Keys } from './redis/keys.js'

/** Where groups are. */
export interface GroupOptions {
  /** Default: the innermost of `withConnection` or `pushConnection`. */
  connection?: Connection
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
}

/** Jobs that belong together, whatever their queues. It exists as long as it has jobs. */
export class Group {
  /** Unique among all groups of a Redis. */
  readonly name: string
  readonly #redis: Redis
  readonly #keys: Keys

  /** Nothing is read or written. @throws RqdError RQD_BAD_OPTION for an empty name, or without a connection */
  constructor(name: string, options: GroupOptions = {}) {
    if (name === '') throw new RqdError('RQD_BAD_OPTION', 'the name of a group is an empty text; expected any other')
    this.name = name
    this.#redis = connectionFor(`the group ${JSON.stringify(name)}`, options.connection)
    this.#keys = createKeys(options.prefix)
  }

  /** A new group under a name of its own, a random UUID; it comes to exist with its first job. */
  static create(options: GroupOptions = {}): Group {
    return new Group(systemRandom.uuid(), options)
  }

  /** A group that has jobs. @throws NoSuchGroupError if it has none */
  static async fetch(name: string, options: GroupOptions = {}): Promise<Group> {
    const group = new Group(name, options)
    if ((await group.#redis.exists(group.#keys.group(name))) === 1) return group
    throw new NoSuchGroupError(name)
  }

  /** All groups that have jobs, by name. */
  static async all(options: GroupOptions = {}): Promise<Group[]> {
    const connection = connectionFor('Group.all', options.connection)
    const names = await connection.smembers(createKeys(options.prefix).groups)
    return names.sort().map((name) => new Group(name, { ...options, connection }))
  }

  /** Enqueue calls as jobs of this group: see `Queue.enqueueMany`. @throws EnqueueManyError */
  async enqueueMany<const C extends readonly EnqueueCall[]>(queue: Queue, calls: C): Promise<JobsOf<C>> {
    const inGroup = calls.map((call) => ({ ...call, group: this.name }))
    return (await queue.enqueueMany(inGroup)) as JobsOf<C>
  }

  /** Ids of its jobs, those included that are gone by now. */
  async jobIds(): Promise<string[]> {
    return (await this.#redis.smembers(this.#keys.group(this.name))).sort()
  }

  /** Its jobs that still exist, a few hundred a round trip. @throws MalformedJobError */
  async jobs(): Promise<Job[]> {
    const { prefix } = this.#keys
    const found = await Job.fetchMany(await this.jobIds(), { connection: this.#redis, prefix })
    return found.filter((job) => job !== null)
  }

  /**
   * Drop the ids whose job is gone, in steps; the group goes with the last. Daemons do it by and by.
   * @returns how many were dropped
   * @throws RqdError RQD_REDIS
   */
  async cleanup(): Promise<number> {
    let dropped = 0
    let cursor = '0'
    do {
      const part = await purgeGroup(this.#redis, this.#keys, this.name, cursor)
      dropped += part.dropped
      cursor = part.cursor
    } while (cursor !== '0')
    return dropped
  }
}
