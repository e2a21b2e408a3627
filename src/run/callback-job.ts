import { decodeCall, type DecodedCall } from '../job/call.js'
import { decodeMeta } from '../job/meta.js'
import type { RunJob } from './task.js'

/** A job as its callbacks see it. What it holds is decoded when it is asked for. */
export class CallbackJob {
  readonly #job: RunJob
  #call: DecodedCall | undefined

  constructor(job: RunJob) {
    this.#job = job
  }

  get id(): string {
    return this.#job.id
  }
  /** The queue that it came from. */
  get origin(): string {
    return this.#job.queue
  }
  /** @throws PayloadError */
  get funcName(): string {
    return this.#decoded().func
  }
  /** @throws PayloadError */
  get args(): readonly unknown[] {
    return this.#decoded().args
  }
  /** @throws PayloadError */
  get kwargs(): Readonly<Record<string, unknown>> {
    return this.#decoded().kwargs
  }
  /** As it was when the job began. @throws PayloadError */
  get meta(): Record<string, unknown> {
    return this.#job.meta === null ? {} : decodeMeta(this.#job.meta).value
  }
  /** Seconds; -1 for none. */
  get timeoutSec(): number {
    return this.#job.timeoutSec
  }

  #decoded(): DecodedCall {
    this.#call ??= decodeCall(this.#job.data)
    return this.#call
  }
}
