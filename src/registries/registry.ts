import type { Redis } from 'ioredis'
import { systemClock, type Clock } from '../clock.js'
import { checkQueueName } from '../queue-name.js'
import { createKeys, type Keys } from '../redis/keys.js'
import {
  allRegistryIds,
  registryCount,
  registryPage,
  registryScore,
  removeFromRegistry,
  type RegistryKey,
} from '../redis/registry-store.js'
import { checkInteger } from '../check-integer.js'

/** Where a registry is. */
export interface RegistryOptions {
  /** An open ioredis client. It stays the caller's: nothing here closes it. */
  connection: Redis
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
  /** Tells what has run out or is due. Default: that of the host. */
  clock?: Clock
}

/** A job or its id. */
export type JobOrId =
  | string
  | {
      /** Its id. */
      readonly id: string
    }

/** A stretch of a registry by rank. Negative ranks count from the end, as in Python. */
export interface IdRange {
  /** Rank of the first, from 0. Default 0. */
  start?: number
  /** Rank of the last, which is included. Default -1, the last of all. */
  end?: number
  /** Highest score first. Default false. */
  desc?: boolean
}

/**
 * The jobs of a queue that are in one state, by a time: RQ's registries. Reading changes nothing; an entry whose time
 * is over counts as gone where RQ would drop it, whether or not anybody has dropped it yet.
 */
export abstract class JobRegistry {
  /** Name of the queue. */
  readonly name: string
  readonly #registry: RegistryKey
  protected readonly redis: Redis
  protected readonly keys: Keys
  protected readonly clock: Clock

  /** @internal */
  constructor(
    queue: string,
    options: RegistryOptions,
    kind: { key: (keys: Keys) => string; expires?: boolean; withExecutions?: boolean },
  ) {
    this.name = checkQueueName(queue)
    this.redis = options.connection
    this.keys = createKeys(options.prefix)
    this.clock = options.clock ?? systemClock
    const { key, expires = false, withExecutions = false } = kind
    this.#registry = { key: key(this.keys), expires, withExecutions }
  }

  /** The registry's key in Redis, a sorted set. */
  get key(): string {
    return this.#registry.key
  }

  /** How many jobs are in it. @throws RqdError RQD_REDIS */
  count(): Promise<number> {
    return registryCount(this.redis, this.#registry)
  }

  /**
   * Ids of the jobs in it, lowest time first. All of them are read in steps of 500, other ranges in one.
   * @throws RqdError RQD_BAD_OPTION, RQD_REDIS
   */
  async jobIds(range: IdRange = {}): Promise<string[]> {
    const { start = 0, end = -1, desc = false } = range
    checkInteger('start', start)
    checkInteger('end', end)
    if (start >= 0 && end === -1) {
      const all = await allRegistryIds(this.redis, this.#registry)
      return (desc ? all.reverse() : all).slice(start)
    }
    return (await registryPage(this.redis, this.#registry, { first: start, last: end, highestFirst: desc })).jobIds
  }

  /** Whether a job is in it. @throws RqdError RQD_REDIS */
  async contains(job: JobOrId): Promise<boolean> {
    return (await this.scoreSec(job)) !== undefined
  }

  /**
   * The time that a job stands under: when its entry runs out, for a started job when it counts as abandoned, for a
   * scheduled one when it is due, for a deferred or cancelled one since when it is. Null: it is kept for ever.
   * Undefined: it is not there. @throws RqdError RQD_REDIS
   */
  async getExpirationTime(job: JobOrId): Promise<Date | null | undefined> {
    const sec = await this.scoreSec(job)
    if (sec === undefined) return undefined
    return sec < 0 || sec === Infinity ? null : new Date(sec * 1000)
  }

  /**
   * Take a job out of it, without changing the job.
   * @param options deleteJob: delete the job too, wherever it is; its results stay, as in RQ
   * @returns whether it was in it. @throws RqdError RQD_REDIS
   */
  async remove(job: JobOrId, options: { deleteJob?: boolean } = {}): Promise<boolean> {
    const request = { jobId: idOf(job), deleteJob: options.deleteJob ?? false }
    return (await removeFromRegistry(this.redis, this.keys, this.#registry, request)).taken
  }

  /** Drop what has run out, where there is such a thing. @returns how many entries were dropped or moved on */
  cleanup(): Promise<number> {
    return Promise.resolve(0)
  }

  /** As RQ prints it: `<FailedJobRegistry QUEUE>`. */
  toString(): string {
    return `<${this.constructor.name} ${this.name}>`
  }

  /** Epoch seconds; undefined where the job is not in it. */
  protected scoreSec(job: JobOrId): Promise<number | undefined> {
    return registryScore(this.redis, this.keys, this.#registry, idOf(job))
  }
}

/** The id of a job. */
export function idOf(job: JobOrId): string {
  return typeof job === 'string' ? job : job.id
}
