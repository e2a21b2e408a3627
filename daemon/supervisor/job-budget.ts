/** How many jobs a daemon begins before it ends (`--max-jobs`). */
export class JobBudget {
  readonly #most: number
  readonly #onSpent: () => void
  #begun = 0

  /** `most`: Infinity for no limit. `onSpent` is called when the last of them is over. */
  constructor(most: number, onSpent: () => void) {
    this.#most = most
    this.#onSpent = onSpent
  }

  get isLimited(): boolean {
    return this.#most !== Infinity
  }

  /** How many more may be claimed, beside so many that are held already and are not over. */
  left(held: number): number {
    return Math.max(0, this.#most - this.#begun - held)
  }

  /** A job that was begun is over, well or not. */
  over(): void {
    this.#begun += 1
    if (this.#begun === this.#most) this.#onSpent()
  }
}
