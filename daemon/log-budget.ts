/** How long a budget lasts before the next one begins, milliseconds. */
export const BUDGET_MS = 1_000

/**
 * Decides which events of a kind get a line of their own: up to `limit` a second. Pure: it reads no clock.
 *
 * `rest: 'count'`: in every second the first ones do, and the others are to be counted. `rest: 'sum'`: once a second
 * has brought too many, none does until a whole second has brought few again, so that a sum that is written in their
 * stead stands for all of them.
 */
export class LogBudget {
  readonly #limit: number
  readonly #sums: boolean
  #beganMs = -Infinity
  #seen = 0
  #over = false

  constructor(limit: number, rest: 'count' | 'sum') {
    this.#limit = limit
    this.#sums = rest === 'sum'
  }

  /** Another event, at this monotonic time. @returns true if it gets a line. */
  take(monoMs: number): boolean {
    const sinceMs = monoMs - this.#beganMs
    if (sinceMs >= BUDGET_MS) {
      // A second without events may lie between.
      this.#over = this.#sums && this.#seen > this.#limit && sinceMs < 2 * BUDGET_MS
      this.#beganMs = monoMs
      this.#seen = 0
    }
    this.#seen += 1
    return !this.#over && this.#seen <= this.#limit
  }
}
