/** How many requests a connection may make. */
export interface RateLimit {
  readonly perSec: number
  /** So many at once after a rest. */
  readonly burst: number
}

/** Shortest wait: timers are no finer, and a caller that is slowed down is served in small lots. */
const LEAST_WAIT_MS = 5

/** A token bucket. Pure: it reads no clock. */
export class Rate {
  readonly #limit: RateLimit
  #tokens: number
  #lastMonoMs: number

  constructor(limit: RateLimit, monoMs: number) {
    this.#limit = limit
    this.#tokens = limit.burst
    this.#lastMonoMs = monoMs
  }

  /** One more request, at this monotonic time. @returns how long it has to wait, milliseconds; 0: not at all. */
  take(monoMs: number): number {
    const { perSec, burst } = this.#limit
    const earned = ((monoMs - this.#lastMonoMs) / 1000) * perSec
    this.#tokens = Math.min(burst, this.#tokens + earned) - 1
    this.#lastMonoMs = monoMs
    return this.#tokens >= 0 ? 0 : Math.max(LEAST_WAIT_MS, (-this.#tokens / perSec) * 1000)
  }
}
