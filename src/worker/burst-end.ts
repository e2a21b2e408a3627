import type { Settler } from './settler.js'

/** How long results may wait for Redis before the queues are looked at again. */
const SETTLE_LIMIT_MS = 10_000

export interface BurstEndOptions {
  readonly settler: Pick<Settler, 'pending' | 'given' | 'drain'>
  /** Look at the queues again. */
  readonly lookAgain: () => void
  /** Nothing is left to do. */
  readonly end: () => void
}

/** Tells when a burst is over, whose queues were found empty while no job runs: what ends may put jobs back on them. */
export class BurstEnd {
  readonly #options: BurstEndOptions
  /** How many endings were written when the queues were last looked at again because of them. */
  #lookedAfter = 0

  constructor(options: BurstEndOptions) {
    this.#options = options
  }

  /** All queues were found empty, and no job runs. */
  foundEmpty(): void {
    const { settler, lookAgain, end } = this.#options
    if (settler.pending > 0) {
      void settler.drain(SETTLE_LIMIT_MS).then(lookAgain)
    } else if (this.#lookedAfter === settler.given) {
      end()
    } else {
      // What ended last may have been written behind the claim that found nothing.
      this.#lookedAfter = settler.given
      lookAgain()
    }
  }
}
