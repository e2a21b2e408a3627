import type { Clock } from '../../src/clock.js'
import type { RolloutProgress } from '../control/operations.js'

/** How often a change of the executors tells how far it is, where nothing happens. */
const PROGRESS_MS = 1_000

/** Tells whoever asked for a change of the executors how far it is: when something has happened, else once a second. */
export class RolloutWatch {
  readonly #clock: Clock
  readonly #onProgress: (progress: RolloutProgress) => void
  readonly #beganMs: number
  #toldMs = -Infinity
  #told = ''

  constructor(clock: Clock, onProgress: (progress: RolloutProgress) => void) {
    this.#clock = clock
    this.#onProgress = onProgress
    this.#beganMs = clock.monoMs()
  }

  /** How long it has taken so far. */
  get elapsedSec(): number {
    return Math.round(this.#clock.monoMs() - this.#beganMs) / 1000
  }

  /** It is this far. */
  tell(step: RolloutProgress['step'], done: number, total: number, running = 0): void {
    const nowMs = this.#clock.monoMs()
    const text = [step, done, total, running].join()
    if (text === this.#told && nowMs - this.#toldMs < PROGRESS_MS) return
    this.#told = text
    this.#toldMs = nowMs
    this.#onProgress({ step, done, total, running, elapsedSec: this.elapsedSec })
  }
}
