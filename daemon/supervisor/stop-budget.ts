import type { Clock } from '../../src/clock.js'

/** How long running jobs may take to end once the daemon stops (`--stop-timeout-sec`). */
export class StopBudget {
  readonly #clock: Clock
  readonly #limitMs: number
  readonly #onSpent: () => void
  #timer: NodeJS.Timeout | undefined
  #spentMonoMs: number | null = null

  /** `limitMs`: Infinity for no limit. `onSpent` is called once, when it is over and `end` was not called. */
  constructor(clock: Clock, limitMs: number, onSpent: () => void) {
    this.#clock = clock
    this.#limitMs = limitMs
    this.#onSpent = onSpent
  }

  /** It counts from now. */
  begin(): void {
    if (this.#limitMs === Infinity || this.#spentMonoMs !== null) return
    this.#spentMonoMs = this.#clock.monoMs() + this.#limitMs
    this.#timer = setTimeout(this.#onSpent, Math.min(this.#limitMs, MAX_TIMER_MS))
  }

  /** Nothing runs any more. */
  end(): void {
    clearTimeout(this.#timer)
  }

  /** What is left of it; null while nothing limits the running jobs. */
  get leftMs(): number | null {
    return this.#spentMonoMs === null ? null : Math.max(0, this.#spentMonoMs - this.#clock.monoMs())
  }
}

/** Node counts no further, about 24 days. */
const MAX_TIMER_MS = 2 ** 31 - 1
