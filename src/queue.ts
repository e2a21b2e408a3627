import type { Redis } from 'ioredis'
import { systemClock, type Clock } from './clock.js'
import { connectionFor } from './connections.js'
import type { Duration } from './duration.js'
import { checkFunctionName, newJobHash, type EnqueueCall, type JobOptions, type ResultOf } from './enqueue-call.js'
import { enqueueMany, type EncodedJob } from './enqueue-many.js'
import { RqdError, hasCode } from './errors.js'
import { listQueues } from './fleet/queues.js'
import { encodeJobHash } from './job/hash.js'
import { Job } from './job.js'
import { QueueContents } from './queue-contents.js'
import { isQueueName } from './queue-name.js'
import { systemRandom, type Random } from './random.js'
import { createKeys } from './redis/keys.js'
import { outboxOf, type Outbox } from './redis/outbox.js'
import { packJob } from './redis/pack-job.js'
import { Store, refusedJob } from './redis/store.js'
import { rqDefaults } from './rq-defaults.js'
import { FunctionResolver } from './run/resolve.js'
import type { SerializerName } from './serial/serializer.js'
import { knownNameOf, nameOfFunction, type TaskFunction } from './task-name.js'
import { runHere } from './worker/run-here.js'

export interface QueueOptions {
  /**
   * An open ioredis client. It stays the caller's: nothing here closes it. Default: the innermost of `withConnection`
   * or `pushConnection`.
   */
  connection?: Redis
  /** How payloads are written. `pickle` is what stock Python workers and viewers read. Default `json`. */
  serializer?: SerializerName
  /** Limit of jobs without their own. Default 180 s. */
  defaultTimeout?: Duration
  /** Folders that workers load functions from, for naming function references. Default the working directory. */
  taskPaths?: readonly string[]
  /** False: each job runs at once in this process, with no worker, and is recorded in Redis all the same. */
  isAsync?: boolean
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
  clock?: Clock
  random?: Random
}

/** The jobs of `enqueueMany`, each with the type of its call. */
export type JobsOf<C extends readonly EnqueueCall[]> = {
  -readonly [I in keyof C]: C[I] extends EnqueueCall<infer F> ? Job<ResultOf<F>> : never
}

/** What a queue and `queue.with(options)` offer. */
export interface Enqueuer {
  /**
   * Enqueue a call of an exported function (its arguments are checked) or of a function that only workers have, by
   * name: `'package.module.function'`. Calls of one turn of the event loop go to Redis together, in their order.
   * @throws RqdError RQD_UNNAMED_FUNCTION, RQD_BAD_OPTION, RQD_BAD_DURATION, RQD_UNREPRESENTABLE, RQD_REDIS
   */
  enqueue<F extends TaskFunction>(func: F, ...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
  enqueue(func: string, ...args: unknown[]): Promise<Job>
  /** The same call for `enqueueMany`. Nothing is checked but types, and nothing is sent. */
  prepare<F extends TaskFunction>(func: F, ...args: Parameters<F>): EnqueueCall<F>
  prepare(func: string, ...args: unknown[]): EnqueueCall<string>
}

/** A queue of jobs. It exists as soon as something is put on it. */
export class Queue extends QueueContents implements Enqueuer {
  readonly #store: Store
  readonly #outbox: Outbox
  readonly #options: Required<QueueOptions>
  #resolver: FunctionResolver | undefined

  /** @throws RqdError RQD_BAD_OPTION, for one without a connection */
  constructor(name: string, options: QueueOptions = {}) {
    const connection = connectionFor(`the queue ${JSON.stringify(name)}`, options.connection)
    super(name, { ...options, connection })
    this.#options = {
      connection,
      serializer: 'json',
      defaultTimeout: rqDefaults.timeoutSec,
      taskPaths: ['.'],
      isAsync: true,
      prefix: 'rq',
      clock: systemClock,
      random: systemRandom,
      // Callers without types pass undefined for what they leave out.
      ...(Object.fromEntries(
        Object.entries(options).filter(([, value]) => value !== undefined),
      ) as unknown as QueueOptions),
    }
    checkSerializer(this.#options.serializer)
    this.#store = new Store(this.#options.connection, createKeys(this.#options.prefix))
    this.#outbox = outboxOf(this.#store)
  }

  /** All known queues, by name, each with these options. What is no queue's key in their set is left out. */
  static async all(options: QueueOptions = {}): Promise<Queue[]> {
    const connection = connectionFor('Queue.all', options.connection)
    const names = await listQueues(connection, createKeys(options.prefix))
    return names.filter(isQueueName).map((name) => new Queue(name, { ...options, connection }))
  }

  /** What it was made with, and the defaults. */
  get options(): Readonly<Required<QueueOptions>> {
    return this.#options
  }

  enqueue<F extends TaskFunction>(func: F, ...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
  enqueue(func: string, ...args: unknown[]): Promise<Job>
  enqueue(func: TaskFunction | string, ...args: unknown[]): Promise<Job> {
    return this.enqueueCall({ func, args })
  }

  prepare<F extends TaskFunction>(func: F, ...args: Parameters<F>): EnqueueCall<F>
  prepare(func: string, ...args: unknown[]): EnqueueCall<string>
  prepare(func: TaskFunction | string, ...args: unknown[]): EnqueueCall {
    return { func, args }
  }

  /** The same queue with options for the jobs enqueued through it: `queue.with({ atFront: true }).enqueue(fn, 1)`. */
  with(options: JobOptions): Enqueuer {
    return {
      enqueue: (func: TaskFunction | string, ...args: unknown[]): Promise<Job<never>> =>
        this.enqueueCall({ ...options, func, args }) as Promise<Job<never>>,
      prepare: (func: TaskFunction | string, ...args: unknown[]): EnqueueCall<never> =>
        ({ ...options, func, args }) satisfies EnqueueCall as never,
    }
  }

  /** Enqueue a call with keyword arguments or options. Throws what `enqueue` throws. */
  async enqueueCall<F extends TaskFunction | string>(call: EnqueueCall<F>): Promise<Job<ResultOf<F>>> {
    const made = this.#encode(call)
    const encoded = made instanceof Promise ? await made : made
    const { job, packed } = encoded
    if (!this.#options.isAsync) return (await this.#runHere(encoded)) as Job<ResultOf<F>>
    const [reply] = await this.#outbox.put([packed], false)
    if (reply !== 'enqueued') throw refusedJob(job.id, reply)
    // The type is the caller's word: nothing in Redis says what a function returns.
    return job as Job<ResultOf<F>>
  }

  /**
   * Enqueue many calls: all are checked before any is written, then they are written in order, a few hundred in one
   * step, of which all are enqueued or none. The queue is as if they had been enqueued one after another: of several
   * `atFront`, the last is first. Do not change the calls until it resolves.
   * @returns the jobs, in order
   * @throws EnqueueManyError saying which call is at fault and which jobs are enqueued; its code is one of `enqueue`'s
   */
  async enqueueMany<const C extends readonly EnqueueCall[]>(calls: C): Promise<JobsOf<C>> {
    if (!this.#options.isAsync) return (await this.#runManyHere(calls)) as JobsOf<C>
    return (await enqueueMany(this.#outbox, calls, (call) => this.#encode(call))) as JobsOf<C>
  }

  async #runManyHere(calls: readonly EnqueueCall[]): Promise<Job[]> {
    const encoded: EncodedJob[] = []
    for (const call of calls) encoded.push(await this.#encode(call))
    const jobs: Job[] = []
    for (const each of encoded) jobs.push(await this.#runHere(each))
    return jobs
  }

  async #runHere({ job, hash }: EncodedJob): Promise<Job> {
    const { clock, random, taskPaths } = this.#options
    this.#resolver ??= new FunctionResolver(taskPaths, clock)
    hash.status = await runHere({ store: this.#store, resolver: this.#resolver, clock, random }, hash, this.name)
    try {
      return await job.refresh()
    } catch (thrown) {
      // Not kept, as its TTL says.
      if (hasCode(thrown, 'RQD_NO_SUCH_JOB')) return job
      throw thrown
    }
  }

  /** A promise only where the name of a function must be found first. */
  #encode(call: EnqueueCall): EncodedJob | Promise<EncodedJob> {
    const { taskPaths } = this.#options
    const { func } = call
    const name = typeof func === 'string' ? checkFunctionName(func) : knownNameOf(func, taskPaths)
    if (name !== undefined) return this.#encodeNamed(call, name)
    return nameOfFunction(func as TaskFunction, taskPaths).then((found) => this.#encodeNamed(call, found))
  }

  #encodeNamed(call: EnqueueCall, func: string): EncodedJob {
    const { random, clock, serializer, defaultTimeout } = this.#options
    const setting = { origin: this.name, serializer, defaultTimeout, nowMs: clock.epochMs() }
    const hash = newJobHash(call.jobId ?? random.uuid(), func, call, setting)
    const packed = packJob({
      jobId: hash.id,
      queue: this.name,
      fields: encodeJobHash(hash),
      ttlSec: hash.ttlSec ?? 0,
      atFront: call.atFront ?? false,
      unique: false,
    })
    return { job: new Job(this.#store, hash, undefined), packed, hash }
  }
}

function checkSerializer(name: string): void {
  if (name === 'json' || name === 'pickle') return
  throw new RqdError('RQD_BAD_OPTION', `serializer is ${JSON.stringify(name)}; expected "json" or "pickle"`)
}
