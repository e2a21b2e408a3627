import { Called } from '../job/called.js'
import { decodeMeta } from '../job/meta.js'
import type { RunJob } from './task.js'

/** A job as its callbacks see it. What it holds is decoded when it is asked for. */
export class CallbackJob extends Called {
  readonly #job: RunJob

  /** @internal */
  constructor(job: RunJob) {
    super()
    this.#job = job
  }

  /** Unique among all jobs of a Redis. */
  get id(): string {
    return this.#job.id
  }
  /** The queue that it came from. */
  get origin(): string {
    return this.#job.queue
  }
  /** As it was when the job began. @throws PayloadError */
  get meta(): Record<string, unknown> {
    return this.#job.meta === null ? {} : decodeMeta(this.#job.meta).value
  }
  /** Limit of its run, seconds; -1 for none. */
  get timeoutSec(): number {
    return this.#job.timeoutSec
  }

  protected get data(): Uint8Array {
    return this.#job.data
  }
}
