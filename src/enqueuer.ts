import type { Redis } from 'ioredis'
import type { Connection } from './connections.js'
import type { Clock } from './clock.js'
import type { Duration } from './duration.js'
import type { EnqueueCall, ResultOf } from './enqueue-call.js'
import type { Job } from './job.js'
import type { Random } from './random.js'
import type { SerializerName } from './serial/serializer.js'
import type { TaskFunction } from './task-name.js'

/** Options of a queue. */
export interface QueueOptions {
  /**
   * An open ioredis client. It stays the caller's: nothing here closes it. Default: the innermost of `withConnection`
   * or `pushConnection`.
   */
  connection?: Connection
  /** How payloads are written. `pickle` is what stock Python workers and viewers read. Default `json`. */
  serializer?: SerializerName
  /** Limit of jobs without their own. Default 180 s. */
  defaultTimeout?: Duration
  /** Folders that workers load functions from, for naming function references. Default the working directory. */
  taskPaths?: readonly string[]
  /** False: each job runs at once in this process, with no worker, and is recorded in Redis all the same. */
  isAsync?: boolean
  /**
   * Enqueueing resolves only when so many replicas have the job too (WAIT), so that no fail-over to one of them loses it.
   * It holds up whatever else uses the connection. Default 0: Redis alone. No use with `isAsync: false`. Refused over a
   * `Cluster` client; `openRedis` gives one for a cluster that can be asked.
   */
  waitReplicas?: number
  /** How long they have for it, milliseconds; then the error RQD_NOT_REPLICATED. Default 1000. */
  waitReplicasTimeoutMs?: number
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
  /** Times are written by it. Default: that of the host. */
  clock?: Clock
  /** Makes job ids and jitter. Default: that of the host. */
  random?: Random
}

/** The options of a queue with their defaults. */
export type Enqueuing = Readonly<
  Required<Omit<QueueOptions, 'connection'>> & {
    /** Where everything is put. */
    connection: Redis
  }
>

/** The jobs of `enqueueMany`, each with the type of its call. */
export type JobsOf<C extends readonly EnqueueCall[]> = {
  -readonly [I in keyof C]: C[I] extends EnqueueCall<infer F> ? Job<ResultOf<F>> : never
}

/** What a queue and `queue.with(options)` offer. */
export interface Enqueuer {
  /**
   * Enqueue a call of an exported function (its arguments are checked) or of a function that only workers have, by
   * name: `'package.module.function'`. Calls of one turn of the event loop go to Redis together, in their order.
   * @throws RqdError RQD_UNNAMED_FUNCTION, RQD_BAD_OPTION, RQD_BAD_DURATION, RQD_UNREPRESENTABLE, RQD_REDIS,
   * RQD_NOT_REPLICATED
   */
  enqueue<F extends TaskFunction>(func: F, ...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
  /** Enqueue a call by name: nothing is known of its arguments and result. */
  enqueue(func: string, ...args: unknown[]): Promise<Job>
  /**
   * Enqueue a call when a time has come, to the second. A scheduler must serve the queue: any `rqd`, or RQ's.
   * @throws what `enqueue` throws
   */
  enqueueAt<F extends TaskFunction>(date: Date, func: F, ...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
  /** Enqueue a call by name when a time has come. */
  enqueueAt(date: Date, func: string, ...args: unknown[]): Promise<Job>
  /** The same after a span of time, by the clock of Redis. */
  enqueueIn<F extends TaskFunction>(
    delay: Duration,
    func: F,
    ...args: Parameters<F>
  ): Promise<Job<Awaited<ReturnType<F>>>>
  /** Enqueue a call by name after a span of time. */
  enqueueIn(delay: Duration, func: string, ...args: unknown[]): Promise<Job>
  /** The same call for `enqueueMany`. Nothing is checked but types, and nothing is sent. */
  prepare<F extends TaskFunction>(func: F, ...args: Parameters<F>): EnqueueCall<F>
  /** A call by name for `enqueueMany`. */
  prepare(func: string, ...args: unknown[]): EnqueueCall<string>
}
