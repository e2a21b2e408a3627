import type { Redis } from 'ioredis'
import { systemClock, type Clock } from './clock.js'
import { parseDurationSec, type Duration } from './duration.js'
import { RqdError } from './errors.js'
import { encodeCall } from './job/call.js'
import { describeCall } from './job/description.js'
import { encodeJobHash, parseJobHash } from './job/hash.js'
import { encodeMeta } from './job/meta.js'
import { Job } from './job.js'
import { systemRandom, type Random } from './random.js'
import { createKeys } from './redis/keys.js'
import { Store } from './redis/store.js'
import { rqDefaults } from './rq-defaults.js'
import type { SerializerName } from './serial/serializer.js'
import { checkQueueName } from './queue-name.js'
import { nameOfFunction, type TaskFunction } from './task-name.js'

export interface QueueOptions {
  /** An open ioredis client. It stays the caller's: nothing here closes it. */
  connection: Redis
  /** How payloads are written. `pickle` is what stock Python workers and viewers read. Default `json`. */
  serializer?: SerializerName
  /** Limit of jobs without their own. Default 180 s. */
  defaultTimeout?: Duration
  /** Folders that workers load functions from, for naming function references. Default the working directory. */
  taskPaths?: readonly string[]
  /** Prefix of all keys. Default `rq`. */
  prefix?: string
  clock?: Clock
  random?: Random
}

/** Options of one job. Durations are seconds or text such as '5m'. */
export interface JobOptions {
  /** Limit of its run; -1 for none. Default: the queue's. */
  jobTimeout?: Duration
  /** How long its result and hash are kept once it has finished: 0 not at all, -1 for ever. Default 500 s. */
  resultTtl?: Duration
  /** How long it may wait to be started before it is dropped. Default: for ever. */
  ttl?: Duration
  /** How long it is kept once it has failed; -1 for ever. Default a year. */
  failureTtl?: Duration
  /** Letters, digits, `_` and `-`. Default a random UUID. */
  jobId?: string
  /** Before all jobs that wait. */
  atFront?: boolean
  /** Shown by viewers. Default the call as text. */
  description?: string
  /** Data of yours that goes with the job. */
  meta?: Readonly<Record<string, unknown>>
}

/** A call by name, with options beside its arguments. */
export interface EnqueueCall extends JobOptions {
  func: TaskFunction | string
  args?: readonly unknown[]
  /** Reach the function as one object behind the positional arguments, when there are any. */
  kwargs?: Readonly<Record<string, unknown>>
}

/** `enqueue` as a queue and `queue.with(options)` offer it. */
export interface Enqueuer {
  /**
   * Enqueue a call of an exported function (its arguments are checked) or of a function that only workers have, by
   * name: `'package.module.function'`.
   * @throws RqdError RQD_UNNAMED_FUNCTION, RQD_BAD_OPTION, RQD_BAD_DURATION, RQD_UNREPRESENTABLE, RQD_REDIS
   */
  enqueue<F extends TaskFunction>(func: F, ...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
  enqueue(func: string, ...args: unknown[]): Promise<Job>
}

/** A queue of jobs. It exists as soon as something is put on it. */
export class Queue implements Enqueuer {
  readonly name: string
  readonly #store: Store
  readonly #options: Required<QueueOptions>

  constructor(name: string, options: QueueOptions) {
    this.name = checkQueueName(name)
    this.#options = {
      serializer: 'json',
      defaultTimeout: rqDefaults.timeoutSec,
      taskPaths: ['.'],
      prefix: 'rq',
      clock: systemClock,
      random: systemRandom,
      // Callers without types pass undefined for what they leave out.
      ...(Object.fromEntries(
        Object.entries(options).filter(([, value]) => value !== undefined),
      ) as unknown as QueueOptions),
    }
    checkSerializer(this.#options.serializer)
    this.#store = new Store(options.connection, createKeys(this.#options.prefix))
  }

  enqueue<F extends TaskFunction>(func: F, ...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
  enqueue(func: string, ...args: unknown[]): Promise<Job>
  enqueue(func: TaskFunction | string, ...args: unknown[]): Promise<Job> {
    return this.enqueueCall({ func, args })
  }

  /** The same queue with options for the jobs enqueued through it: `queue.with({ atFront: true }).enqueue(fn, 1)`. */
  with(options: JobOptions): Enqueuer {
    return {
      enqueue: (func: TaskFunction | string, ...args: unknown[]): Promise<Job<never>> =>
        this.enqueueCall({ ...options, func, args }) as Promise<Job<never>>,
    }
  }

  /** Enqueue a call with keyword arguments or options. Throws what `enqueue` throws. */
  async enqueueCall(call: EnqueueCall): Promise<Job> {
    const { random, clock, serializer, defaultTimeout, taskPaths } = this.#options
    const jobId = checkJobId(call.jobId ?? random.uuid())
    const func = typeof call.func === 'string' ? checkName(call.func) : await nameOfFunction(call.func, taskPaths)
    const args = [...(call.args ?? [])]
    const kwargs = call.kwargs ?? {}
    const nowMs = clock.epochMs()
    const ttlSec = call.ttl === undefined ? 0 : positive(parseDurationSec(call.ttl, 'ttl'), 'ttl')
    const seconds = (what: 'resultTtl' | 'failureTtl'): number | undefined => {
      const given = call[what]
      return given === undefined ? undefined : parseDurationSec(given, what)
    }
    const hash = {
      ...parseJobHash(jobId, new Map()),
      createdAtMs: nowMs,
      enqueuedAtMs: nowMs,
      status: 'queued' as const,
      origin: this.name,
      data: encodeCall({ func, instance: null, args, kwargs: { ...kwargs } }, serializer),
      description: call.description ?? describeCall(func, args, kwargs),
      timeoutSec: limit(parseDurationSec(call.jobTimeout ?? defaultTimeout, 'jobTimeout')),
      resultTtlSec: seconds('resultTtl'),
      failureTtlSec: seconds('failureTtl'),
      ttlSec: ttlSec === 0 ? undefined : ttlSec,
      meta: call.meta === undefined ? undefined : encodeMeta(call.meta, serializer),
    }
    const fields = encodeJobHash(hash)
    await this.#store.enqueue({
      jobId,
      queue: this.name,
      fields,
      ttlSec,
      atFront: call.atFront ?? false,
      unique: false,
    })
    return new Job(this.#store, hash, undefined)
  }
}

function checkSerializer(name: string): void {
  if (name === 'json' || name === 'pickle') return
  throw new RqdError('RQD_BAD_OPTION', `serializer is ${JSON.stringify(name)}; expected "json" or "pickle"`)
}

function checkJobId(jobId: string): string {
  if (/^[A-Za-z0-9_-]+$/.test(jobId)) return jobId
  const text = `jobId is ${JSON.stringify(jobId)}; expected letters, digits, "_" and "-" only: RQ 2.8+ refuses to load any other`
  throw new RqdError('RQD_BAD_OPTION', text)
}

function checkName(name: string): string {
  if (/^[^\s.:]+(\.[^\s.:]+)*[.:][^\s.:]+(\.[^\s.:]+)*$/.test(name)) return name
  const text = `function ${JSON.stringify(name)}; expected "module.function", "package.module.function" or "module:export"`
  throw new RqdError('RQD_BAD_OPTION', text)
}

function positive(ttlSec: number, what: string): number {
  if (ttlSec > 0) return ttlSec
  throw new RqdError(
    'RQD_BAD_OPTION',
    `${what} is ${ttlSec} s; expected at least 1: leave it out for a job that may wait for ever`,
  )
}

function limit(timeoutSec: number): number {
  if (timeoutSec !== 0) return timeoutSec
  throw new RqdError('RQD_BAD_OPTION', 'jobTimeout is 0 s; expected at least 1, or -1 for none')
}
