import type { Redis } from 'ioredis'
import { systemClock, type Clock } from './clock.js'
import { CurrentJob } from './current-job.js'
import { RqdError, coerceError } from './errors.js'
import { WorkerInfo, type WorkerFilter, type WorkerPlace } from './fleet/worker.js'
import { silentLogger, type Logger } from './logger.js'
import { checkQueueName } from './queue-name.js'
import { systemRandom, type Random } from './random.js'
import { createKeys, type Keys } from './redis/keys.js'
import { Store } from './redis/store.js'
import { rqDefaults } from './rq-defaults.js'
import type { Custom } from './run/customized.js'
import { DaemonWorker, type ExceptionHandler, type Hooks } from './run/daemon-worker.js'
import { FunctionResolver } from './run/resolve.js'
import { Shift } from './worker/shift.js'

/** Bound for each command. */
const COMMAND_TIMEOUT_MS = 10_000

/** Options of a worker. */
export interface WorkerOptions {
  /** An open ioredis client. It stays the caller's; the worker opens others like it, and closes them. */
  connection: Redis
  /** Folders that functions are loaded from, and nowhere else. Default the working directory. */
  taskPaths?: readonly string[]
  /** As RQ's viewers show it. Default random. */
  name?: string
  /** How long results are kept of jobs that do not say, seconds; 0 not at all, -1 for ever. Default 500. */
  resultTtlSec?: number
  /** Called with each job that fails, in this order. Default none. */
  exceptionHandlers?: ExceptionHandler | readonly ExceptionHandler[]
  /** False: a job that fails gets that status, and no result nor place among the failed jobs. Default true. */
  defaultExceptionHandler?: boolean
  /** Called around jobs, and around `work`, which is this worker's executor. */
  hooks?: Hooks
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
  /** Is told what happens. Default: nobody. */
  logger?: Logger
  /** Times are written by it. Default: that of the host. */
  clock?: Clock
  /** Makes names and ids. Default: that of the host. */
  random?: Random
}

/** When a worker ends. */
export interface WorkOptions {
  /** End when the queues are empty. Default: go on until `requestStop`. */
  burst?: boolean
  /** End after so many jobs. */
  maxJobs?: number
}

/**
 * A worker in this process, for tests and scripts: jobs run here one at a time, without the isolation of the daemon.
 * A function that blocks the event loop cannot be ended, and one that ends the process ends everything; what it held
 * then is taken over by other workers within seconds.
 */
export class Worker {
  /** As RQ’s viewers show it. */
  readonly name: string
  /** In order of priority. */
  readonly queues: readonly string[]
  readonly #options: Required<
    Omit<WorkerOptions, 'name' | 'prefix' | 'exceptionHandlers' | 'defaultExceptionHandler' | 'hooks'>
  >
  readonly #storesFailures: boolean
  readonly #exceptionHandlers: ExceptionHandler[]
  readonly #custom: Custom
  readonly #keys: Keys
  readonly #resolver: FunctionResolver
  #shift: Shift | undefined

  /** @throws RqdError RQD_BAD_OPTION */
  constructor(queues: string | readonly string[], options: WorkerOptions) {
    this.queues = [...new Set([queues].flat())].map(checkQueueName)
    if (this.queues.length === 0) {
      throw new RqdError('RQD_BAD_OPTION', 'a worker needs a queue; expected at least one name')
    }
    const { connection, taskPaths = ['.'], resultTtlSec = rqDefaults.resultTtlSec, logger = silentLogger } = options
    const { clock = systemClock, random = systemRandom } = options
    this.#options = { connection, taskPaths, resultTtlSec, logger, clock, random }
    this.name = options.name ?? random.hex(32)
    this.#storesFailures = options.defaultExceptionHandler ?? true
    this.#exceptionHandlers = [options.exceptionHandlers ?? []].flat()
    const parts = { name: this.name, hooks: options.hooks ?? {}, exceptionHandlers: this.#exceptionHandlers }
    this.#custom = { parts, worker: new DaemonWorker(parts), makeJob: (task) => new CurrentJob(task) }
    this.#keys = createKeys(options.prefix)
    this.#resolver = new FunctionResolver(taskPaths, clock)
  }

  /** Living workers of everybody, to look at. Throws what `WorkerInfo.all` throws. */
  static all(filter: WorkerFilter): Promise<WorkerInfo[]> {
    return WorkerInfo.all(filter)
  }

  /** How many workers `all` finds. */
  static count(filter: WorkerFilter): Promise<number> {
    return WorkerInfo.count(filter)
  }

  /** One of them by its key, `rq:worker:NAME`; undefined if it is gone. Throws what `WorkerInfo.findByKey` throws. */
  static findByKey(key: string, place: WorkerPlace): Promise<WorkerInfo | undefined> {
    return WorkerInfo.findByKey(key, place)
  }

  /** Call this too with each job that fails, behind the others. */
  pushExcHandler(handler: ExceptionHandler): void {
    this.#exceptionHandlers.push(handler)
  }

  /** Take the last exception handler away. @returns it; undefined if there was none */
  popExcHandler(): ExceptionHandler | undefined {
    return this.#exceptionHandlers.pop()
  }

  /**
   * Run jobs until there is an end: see the options.
   * @returns how many were run
   * @throws what the hooks executorStart and executorStop throw; RqdError RQD_NAME_TAKEN, RQD_BAD_OPTION if it works already, RQD_REDIS if the connection is gone for good
   */
  async work(options: WorkOptions = {}): Promise<number> {
    if (this.#shift !== undefined) throw new RqdError('RQD_BAD_OPTION', `worker ${this.name} works already`)
    const { burst = false, maxJobs = Infinity } = options
    if (!(maxJobs >= 1)) throw new RqdError('RQD_BAD_OPTION', `maxJobs is ${maxJobs}; expected a number from 1`)
    const { connection, ...rest } = this.#options
    // Nothing is sent twice in silence: a claim that is repeated would be held by nobody.
    const policy = { lazyConnect: true, autoResendUnfulfilledCommands: false, maxRetriesPerRequest: 0 } as const
    const client = connection.duplicate({ ...policy, commandTimeout: COMMAND_TIMEOUT_MS })
    const shift = new Shift({
      ...rest,
      name: this.name,
      queues: this.queues,
      store: new Store(client, this.#keys),
      connect: () => connection.duplicate(policy),
      resolver: this.#resolver,
      burst,
      maxJobs,
      storesFailures: this.#storesFailures,
      custom: () => this.#addedParts(),
    })
    this.#shift = shift
    client.on('error', (error) => this.#options.logger.warn('trouble with Redis', { error: error.message }))
    client.on('end', () => shift.fail(new RqdError('RQD_REDIS', 'the connection to Redis is closed for good')))
    try {
      await connect(client)
      await this.#custom.worker.executorStart()
      try {
        return await shift.run()
      } finally {
        await this.#custom.worker.executorStop()
      }
    } finally {
      this.#shift = undefined
      client.disconnect()
    }
  }

  /** What there is around jobs; undefined where that is nothing, which is faster. */
  #addedParts(): Custom | undefined {
    const { hooks, exceptionHandlers } = this.#custom.parts
    return exceptionHandlers.length > 0 || Object.keys(hooks).length > 0 ? this.#custom : undefined
  }

  /** Take no more jobs. `work` resolves when the running one has ended. Nothing to do where it does not work. */
  requestStop(): void {
    this.#shift?.stop()
  }
}

async function connect(client: Redis): Promise<void> {
  try {
    await client.connect()
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw new RqdError('RQD_REDIS', `cannot connect to Redis: ${cause.message}`, { cause })
  }
}
