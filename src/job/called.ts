import { decodeCall, type DecodedCall } from './call.js'

/** The call of a job for whoever shows one: decoded when it is asked for, once. */
export abstract class Called {
  #call: DecodedCall | undefined

  /** The bytes of the hash field `data`. */
  protected abstract get data(): Uint8Array

  /** Name of its function, as workers find it. @throws PayloadError */
  get funcName(): string {
    return this.#decoded().func
  }
  /** Positional arguments. @throws PayloadError */
  get args(): readonly unknown[] {
    return this.#decoded().args
  }
  /** Keyword arguments; empty where there are none. @throws PayloadError */
  get kwargs(): Readonly<Record<string, unknown>> {
    return this.#decoded().kwargs
  }

  /** `data` is another one now. */
  protected forgetCall(): void {
    this.#call = undefined
  }

  #decoded(): DecodedCall {
    this.#call ??= decodeCall(this.data)
    return this.#call
  }
}
