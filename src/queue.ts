import { systemClock } from './clock.js'
import { checkInteger } from './check-integer.js'
import { connectionFor } from './connections.js'
import type { Duration } from './duration.js'
import { dueAt, dueIn } from './due.js'
import { namesOf, type CallNames } from './call-names.js'
import { place, type EncodedJob } from './encoded-job.js'
import { newJobHash, placementOf, type EnqueueCall, type JobOptions, type ResultOf } from './enqueue-call.js'
import { enqueueMany } from './enqueue-many.js'
import type { Enqueuer, Enqueuing, JobsOf, QueueOptions } from './enqueuer.js'
import { RqdError } from './errors.js'
import { listQueues } from './fleet/queues.js'
import { encodeJobHash } from './job/hash.js'
import { Job } from './job.js'
import { QueueContents } from './queue-contents.js'
import { waitForReplicas } from './not-replicated.js'
import { isQueueName } from './queue-name.js'
import { systemRandom } from './random.js'
import { createKeys } from './redis/keys.js'
import { outboxOf, type Outbox } from './redis/outbox.js'
import { packJob } from './redis/pack-job.js'
import { Replicas } from './redis/replicas.js'
import { Store } from './redis/store.js'
import { rqDefaults } from './rq-defaults.js'
import { type ClassKind, EXTENDS } from './run/extends.js'
import { SyncRunner } from './sync-runner.js'
import type { TaskFunction } from './task-name.js'
import { sendTraced } from './tracing.js'

/** A queue of jobs. It exists as soon as something is put on it. */
export class Queue extends QueueContents implements Enqueuer {
  /** @internal */
  static readonly [EXTENDS]: ClassKind = 'queue'
  readonly #store: Store
  readonly #outbox: Outbox
  readonly #options: Enqueuing
  /** Of a queue with `isAsync: false`. */
  readonly #sync: SyncRunner | undefined
  /** Of a queue with `waitReplicas`. */
  readonly #replicas: Replicas | undefined

  /** @throws RqdError RQD_BAD_OPTION, for one without a connection */
  constructor(name: string, options: QueueOptions = {}) {
    const connection = connectionFor(`the queue ${JSON.stringify(name)}`, options.connection)
    super(name, { ...options, connection })
    this.#options = {
      serializer: 'json',
      defaultTimeout: rqDefaults.timeoutSec,
      taskPaths: ['.'],
      isAsync: true,
      waitReplicas: 0,
      waitReplicasTimeoutMs: 1_000,
      prefix: 'rq',
      clock: systemClock,
      random: systemRandom,
      // Callers without types pass undefined for what they leave out.
      ...(Object.fromEntries(
        Object.entries(options).filter(([, value]) => value !== undefined),
      ) as unknown as QueueOptions),
      connection,
    }
    checkSerializer(this.#options.serializer)
    const { waitReplicas, waitReplicasTimeoutMs } = this.#options
    checkInteger('waitReplicas', waitReplicas, 0)
    checkInteger('waitReplicasTimeoutMs', waitReplicasTimeoutMs, 1)
    const wish = { count: waitReplicas, timeoutMs: waitReplicasTimeoutMs }
    this.#replicas = waitReplicas === 0 ? undefined : new Replicas(wish, connection, connection)
    this.#store = new Store(this.#options.connection, createKeys(this.#options.prefix))
    this.#outbox = outboxOf(this.#store)
    this.#sync = this.#options.isAsync ? undefined : new SyncRunner(this.#store, name, this.#options)
  }

  /** All known queues, by name, each with these options. What is no queue's key in their set is left out. */
  static async all(options: QueueOptions = {}): Promise<Queue[]> {
    const connection = connectionFor('Queue.all', options.connection)
    const names = await listQueues(connection, createKeys(options.prefix))
    return names.filter(isQueueName).map((name) => new Queue(name, { ...options, connection }))
  }

  /** What it was made with, and the defaults. */
  get options(): Enqueuing {
    return this.#options
  }

  enqueue<F extends TaskFunction>(func: F, ...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
  enqueue(func: string, ...args: unknown[]): Promise<Job>
  enqueue(func: TaskFunction | string, ...args: unknown[]): Promise<Job> {
    return this.enqueueCall({ func, args })
  }

  enqueueAt<F extends TaskFunction>(date: Date, func: F, ...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
  enqueueAt(date: Date, func: string, ...args: unknown[]): Promise<Job>
  async enqueueAt(date: Date, func: TaskFunction | string, ...args: unknown[]): Promise<Job> {
    return this.#put({ func, args }, dueAt(date, this.#options.clock))
  }

  enqueueIn<F extends TaskFunction>(
    delay: Duration,
    func: F,
    ...args: Parameters<F>
  ): Promise<Job<Awaited<ReturnType<F>>>>
  enqueueIn(delay: Duration, func: string, ...args: unknown[]): Promise<Job>
  async enqueueIn(delay: Duration, func: TaskFunction | string, ...args: unknown[]): Promise<Job> {
    return this.#put({ func, args }, dueIn(delay))
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
      enqueueAt: async (date: Date, func: TaskFunction | string, ...args: unknown[]): Promise<Job<never>> =>
        this.#put({ ...options, func, args }, dueAt(date, this.#options.clock)) as Promise<Job<never>>,
      enqueueIn: async (delay: Duration, func: TaskFunction | string, ...args: unknown[]): Promise<Job<never>> =>
        this.#put({ ...options, func, args }, dueIn(delay)) as Promise<Job<never>>,
      prepare: (func: TaskFunction | string, ...args: unknown[]): EnqueueCall<never> =>
        ({ ...options, func, args }) satisfies EnqueueCall as never,
    }
  }

  /** Enqueue a call with keyword arguments or options. Throws what `enqueue` throws. */
  async enqueueCall<F extends TaskFunction | string>(call: EnqueueCall<F>): Promise<Job<ResultOf<F>>> {
    // The type is the caller's word: nothing in Redis says what a function returns.
    return (await this.#put(call)) as Job<ResultOf<F>>
  }

  /**
   * Enqueue many calls: all are checked before any is written, then they are written in order, a few hundred in one
   * step, of which all are enqueued or none. The queue is as if they had been enqueued one after another: of several
   * `atFront`, the last is first. Do not change the calls until it resolves.
   * @returns the jobs, in order
   * @throws EnqueueManyError saying which call is at fault and which jobs are enqueued; its code is one of `enqueue`'s
   */
  async enqueueMany<const C extends readonly EnqueueCall[]>(calls: C): Promise<JobsOf<C>> {
    return (await sendTraced(this.name, calls, (traced) => this.#putMany(traced))) as JobsOf<C>
  }

  async #putMany(calls: readonly EnqueueCall[]): Promise<Job[]> {
    if (this.#sync !== undefined) {
      // All are checked before the first one runs.
      const made: [EncodedJob, EnqueueCall][] = []
      for (const call of calls) made.push([await this.#encode(call), call])
      const jobs: Job[] = []
      for (const [encoded, call] of made) jobs.push(await this.#send(encoded, call))
      return jobs
    }
    return enqueueMany(this.#outbox, calls, (call) => this.#encode(call), this.#replicas)
  }

  #put(call: EnqueueCall, due?: string): Promise<Job> {
    return sendTraced(this.name, [call], ([traced = call]) => this.#putOne(traced, due))
  }

  async #putOne(call: EnqueueCall, due: string | undefined): Promise<Job> {
    const made = this.#encode(call, due)
    return this.#send(made instanceof Promise ? await made : made, call)
  }

  async #send(encoded: EncodedJob, call: EnqueueCall): Promise<Job> {
    if (this.#sync !== undefined && (await this.#sync.takes(encoded.hash))) return this.#sync.run(encoded, call)
    const [reply] = await this.#outbox.put([encoded.packed], false)
    place(encoded, reply)
    if (this.#replicas !== undefined) await waitForReplicas(this.#replicas, [encoded.hash.id])
    return encoded.job
  }

  /** A promise only where the name of a function must be found first. */
  #encode(call: EnqueueCall, due?: string): EncodedJob | Promise<EncodedJob> {
    const names = namesOf(call, this.#options.taskPaths)
    if (names instanceof Promise) return names.then((found) => this.#encodeNamed(call, found, due))
    return this.#encodeNamed(call, names, due)
  }

  #encodeNamed(call: EnqueueCall, names: CallNames, due: string | undefined): EncodedJob {
    const { random, clock, serializer, defaultTimeout } = this.#options
    const setting = { origin: this.name, serializer, defaultTimeout, nowMs: clock.epochMs(), random, due }
    const hash = newJobHash(call.jobId ?? random.uuid(), names, call, setting)
    const packed = packJob({
      jobId: hash.id,
      queue: this.name,
      fields: encodeJobHash(hash),
      ttlSec: hash.ttlSec ?? 0,
      atFront: call.atFront === true || hash.enqueueAtFront === true,
      unique: call.unique ?? false,
      placement: placementOf(hash, setting),
    })
    return { job: new Job(this.#store, hash, undefined), packed, hash }
  }
}

function checkSerializer(name: string): void {
  if (name === 'json' || name === 'pickle') return
  throw new RqdError('RQD_BAD_OPTION', `serializer is ${JSON.stringify(name)}; expected "json" or "pickle"`)
}
