import type { Clock } from '../../src/clock.js'

/** The longest that a timer waits: one that is to wait longer rings at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** One timer for many deadlines: it rings at the earliest, and then they are all looked at. Monotonic milliseconds. */
export class Alarm {
  readonly #clock: Clock
  readonly #ring: () => void
  #timer: NodeJS.Timeout | undefined
  #dueMs = Infinity

  constructor(clock: Clock, ring: () => void) {
    this.#clock = clock
    this.#ring = ring
  }

  /** Ring at the latest when this is due. It may ring before, for a deadline that was put off. */
  by(dueMs: number | null): void {
    if (dueMs === null || dueMs >= this.#dueMs) return
    clearTimeout(this.#timer)
    this.#dueMs = dueMs
    this.#timer = setTimeout(
      () => {
        this.#dueMs = Infinity
        this.#ring()
      },
      // It rings again for what is due later than any timer can wait.
      Math.min(MAX_TIMER_MS, Math.ceil(Math.max(0, dueMs - this.#clock.monoMs()))),
    )
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
