import type { Redis } from 'ioredis'
import { RqdError } from '../errors.js'
import { Job } from '../job.js'
import { createKeys, type Keys } from '../redis/keys.js'
import { listWorkers, readWorkers, type WorkerRow } from './workers.js'

/** Where to look for workers. */
export interface WorkerPlace {
  /** An open ioredis client. It stays the caller's: nothing here closes it. */
  connection: Redis
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
}

/** Which workers: those that listen on a queue, or on one of several. All if left out. */
export interface WorkerFilter extends WorkerPlace {
  /** Those that serve it, or one of several. Default: all. */
  queue?: QueueOrName | readonly QueueOrName[]
}

type QueueOrName = string | { readonly name: string }

/**
 * A worker, of Python RQ or one of our executors, as it was when it was read. To look at: nothing here changes it.
 * What is missing in its hash, or cannot be read, is undefined or 0.
 */
export class WorkerInfo {
  readonly #redis: Redis
  readonly #keys: Keys
  #row: WorkerRow

  private constructor(redis: Redis, keys: Keys, row: WorkerRow) {
    this.#redis = redis
    this.#keys = keys
    this.#row = row
  }

  /** Living workers, by name: those whose hash is there. @throws RqdError RQD_REDIS */
  static async all(filter: WorkerFilter): Promise<WorkerInfo[]> {
    const keys = createKeys(filter.prefix)
    const rows = await listWorkers(filter.connection, keys, queueNames(filter.queue))
    return rows.map((row) => new WorkerInfo(filter.connection, keys, row))
  }

  /** How many workers `all` finds. @throws RqdError RQD_REDIS */
  static async count(filter: WorkerFilter): Promise<number> {
    return (await WorkerInfo.all(filter)).length
  }

  /**
   * The worker of a key, `rq:worker:NAME`; undefined if it is gone.
   * @throws RqdError RQD_BAD_OPTION if that is no worker's key, RQD_REDIS
   */
  static async findByKey(key: string, options: WorkerPlace): Promise<WorkerInfo | undefined> {
    const keys = createKeys(options.prefix)
    const name = keys.workerName(key)
    if (name === undefined) {
      const text = `worker key ${JSON.stringify(key)}: expected one that begins with ${keys.worker('')}`
      throw new RqdError('RQD_BAD_OPTION', text)
    }
    const [row] = await readWorkers(options.connection, keys, [name])
    return row === undefined ? undefined : new WorkerInfo(options.connection, keys, row)
  }

  /** Read it anew. @throws RqdError RQD_NO_SUCH_WORKER if it is gone, RQD_REDIS */
  async refresh(): Promise<this> {
    const [row] = await readWorkers(this.#redis, this.#keys, [this.name])
    if (row === undefined) {
      const name = JSON.stringify(this.name)
      throw new RqdError('RQD_NO_SUCH_WORKER', `No such worker: ${name} has no hash in Redis (it has ended or died)`)
    }
    this.#row = row
    return this
  }

  /** Without the prefix of its key. */
  get name(): string {
    return this.#row.name
  }
  /** Of its hash in Redis. */
  get key(): string {
    return this.#keys.worker(this.name)
  }
  /** Of the machine that it runs on. */
  get hostname(): string | undefined {
    return this.#row.hostname ?? undefined
  }
  /** Host and port, as RQ writes them. */
  get ipAddress(): string | undefined {
    return this.#row.ipAddress ?? undefined
  }
  /** Of its process on that machine. */
  get pid(): number | undefined {
    return this.#row.pid ?? undefined
  }
  /** Names of the queues that it serves, the most urgent first. */
  get queues(): readonly string[] {
    return this.#row.queues
  }
  /** `started`, `idle`, `busy`, `suspended`, or whatever its hash says; `?` if that is nothing. */
  get state(): string {
    return this.#row.state
  }
  /** Of the job that it runs. */
  get currentJobId(): string | undefined {
    return this.#row.currentJob ?? undefined
  }
  /** When it last gave a sign of life. */
  get lastHeartbeat(): Date | undefined {
    return date(this.#row.lastHeartbeatMs)
  }
  /** When it was started. */
  get birthDate(): Date | undefined {
    return date(this.#row.birthMs)
  }
  /** Jobs that it has finished since. */
  get successfulJobCount(): number {
    return this.#row.successfulJobs
  }
  /** Jobs that failed in it since: attempts that were tried again count as well. */
  get failedJobCount(): number {
    return this.#row.failedJobs
  }
  /** Seconds that its jobs have taken, all together. */
  get totalWorkingTimeSec(): number {
    return this.#row.totalWorkingTimeSec
  }
  /** The version of RQ that it says it is. */
  get version(): string | undefined {
    return this.#row.version ?? undefined
  }

  /** The job that it ran when it was read; undefined if it ran none. @throws NoSuchJobError, MalformedJobError */
  async currentJob(): Promise<Job | undefined> {
    if (this.currentJobId === undefined) return undefined
    return Job.fetch(this.currentJobId, { connection: this.#redis, prefix: this.#keys.prefix })
  }

  /** As RQ prints it: `<Worker NAME>`. */
  toString(): string {
    return `<Worker ${this.name}>`
  }
}

function queueNames(queue: WorkerFilter['queue']): string[] | undefined {
  if (queue === undefined) return undefined
  const all: readonly QueueOrName[] = isList(queue) ? queue : [queue]
  return all.map((one) => (typeof one === 'string' ? one : one.name))
}

/** `Array.isArray` does not tell a readonly list from what it is joined with. */
function isList(queue: QueueOrName | readonly QueueOrName[]): queue is readonly QueueOrName[] {
  return Array.isArray(queue)
}

function date(epochMs: number | null): Date | undefined {
  return epochMs === null ? undefined : new Date(epochMs)
}
