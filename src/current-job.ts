import { Called } from './job/called.js'
import { encodeMeta, metaOf, type Meta } from './job/meta.js'
import { Job, type FetchOptions } from './job.js'
import { rqDefaults } from './rq-defaults.js'
import { type ClassKind, EXTENDS } from './run/extends.js'
import { CURRENT_TASK, type RunningTask, type TaskMemory } from './running-task.js'

/** The job that is running, as its own function sees it. */
export class CurrentJob extends Called {
  /** @internal */
  static readonly [EXTENDS]: ClassKind = 'job'
  readonly #task: RunningTask
  readonly #memory: TaskMemory

  /** @internal */
  constructor(task: RunningTask) {
    super()
    this.#task = task
    this.#memory = task.memory ?? {}
  }

  /** Unique among all jobs of a Redis. */
  get id(): string {
    return this.#task.job.id
  }
  /** Name of the queue from which it came. */
  get origin(): string {
    return this.#task.job.queue
  }
  /** Names this run of the job. */
  get executionId(): string {
    return this.#task.job.execution
  }
  /** Its limit in seconds; -1 for none. */
  get timeoutSec(): number {
    return this.#task.job.timeoutSec
  }
  /** Whose job it is, where a daemon serves several tenants; undefined otherwise. */
  get tenant(): string | undefined {
    return this.#task.job.tenant
  }
  /** Of the keys where it lies: `new Queue(name, { connection, prefix })` is a queue beside its own. */
  get prefix(): string {
    return this.#task.job.prefix ?? rqDefaults.prefix
  }
  /** Aborted when the job must end: its time is up, it was stopped, or the worker shuts down. */
  get signal(): AbortSignal {
    return this.#task.signal
  }
  /** Data of yours, the same object throughout the run and its callbacks: change it, then `saveMeta`. @throws PayloadError */
  get meta(): Record<string, unknown> {
    return this.#readMeta().value
  }

  /**
   * Store `meta`, in the job's own format. Resolves when it is in Redis.
   * @throws UnrepresentableError, RqdError RQD_NO_SUCH_JOB if the job was deleted, RQD_INVALID_JOB_OPERATION if this run
   * of it is over or belongs to another worker by now, RQD_REDIS
   */
  async saveMeta(): Promise<void> {
    const { value, format } = this.#readMeta()
    await this.#task.saveMeta(encodeMeta(value, format) ?? null)
  }

  /** The job in Redis with all its attributes, below its own prefix. Throws what `Job.fetch` throws. */
  fetch({ prefix = this.prefix, ...options }: FetchOptions = {}): Promise<Job> {
    return Job.fetch(this.id, { ...options, prefix })
  }

  #readMeta(): Meta {
    this.#memory.meta ??= metaOf(this.#task.job.meta, this.#task.job.data)
    return this.#memory.meta
  }

  protected get data(): Uint8Array {
    return this.#task.job.data
  }
}

/** One per run, so that its `meta` is one object wherever it is asked for. */
const known = new WeakMap<RunningTask, CurrentJob>()

/** The job whose function this call belongs to, also behind any `await`; undefined outside of a job. */
export function getCurrentJob(): CurrentJob | undefined {
  const current: unknown = Reflect.get(globalThis, CURRENT_TASK)
  // Whoever publishes it, publishes this.
  const task = typeof current === 'function' ? (current as () => RunningTask | undefined)() : undefined
  if (task === undefined) return undefined
  if (task.currentJob !== undefined) return task.currentJob as CurrentJob
  const job = known.get(task) ?? new CurrentJob(task)
  known.set(task, job)
  return job
}
