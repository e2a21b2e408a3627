import { Called } from '../job/called.js'
import { metaOf } from '../job/meta.js'
import { rqDefaults } from '../rq-defaults.js'
import type { TaskMemory } from '../running-task.js'
import type { RunJob } from './task.js'

/** A job as its callbacks see it. What it holds is decoded when it is asked for. */
export class CallbackJob extends Called {
  readonly #job: RunJob
  readonly #memory: TaskMemory

  /** @internal */
  constructor(job: RunJob, memory: TaskMemory) {
    super()
    this.#job = job
    this.#memory = memory
  }

  /** Unique among all jobs of a Redis. */
  get id(): string {
    return this.#job.id
  }
  /** The queue that it came from. */
  get origin(): string {
    return this.#job.queue
  }
  /** Whose job it is, where a daemon serves several tenants; undefined otherwise. */
  get tenant(): string | undefined {
    return this.#job.tenant
  }
  /** Of the keys where it lies: `new Queue(name, { connection, prefix })` is a queue beside its own. */
  get prefix(): string {
    return this.#job.prefix ?? rqDefaults.prefix
  }
  /** As the function has left it, saved or not: the same object as that of `getCurrentJob`. @throws PayloadError */
  get meta(): Record<string, unknown> {
    this.#memory.meta ??= metaOf(this.#job.meta, this.#job.data)
    return this.#memory.meta.value
  }
  /** Limit of its run, seconds; -1 for none. */
  get timeoutSec(): number {
    return this.#job.timeoutSec
  }

  protected get data(): Uint8Array {
    return this.#job.data
  }
}
