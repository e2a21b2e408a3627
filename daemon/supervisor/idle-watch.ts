import type { Clock } from '../../src/clock.js'

export interface IdleWatchOptions {
  clock: Clock
  /** How long nothing may happen, milliseconds; Infinity for ever. */
  limitMs: number
  /** True where there is nothing to do and jobs would be taken; false while busy, paused or cut off. */
  isIdle: () => boolean
  /** Grows with each job that comes. */
  jobsSoFar: () => number
  /** Nothing has happened for so long. */
  onLimit: () => void
}

/** Tells when a daemon has had nothing to do for a while (`--max-idle-time`). */
export class IdleWatch {
  readonly #options: IdleWatchOptions
  #timer: NodeJS.Timeout | undefined
  #sinceMs: number
  #jobs = 0

  constructor(options: IdleWatchOptions) {
    this.#options = options
    this.#sinceMs = options.clock.monoMs()
  }

  start(): void {
    const { limitMs, clock } = this.#options
    if (limitMs === Infinity) return
    this.#sinceMs = clock.monoMs()
    this.#timer = setInterval(() => this.look(), Math.min(1_000, Math.max(50, limitMs / 4)))
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Look once. */
  look(): void {
    const { clock, limitMs, isIdle, jobsSoFar, onLimit } = this.#options
    const nowMs = clock.monoMs()
    const jobs = jobsSoFar()
    // A short job may have come and gone between two looks.
    if (!isIdle() || jobs !== this.#jobs) this.#sinceMs = nowMs
    this.#jobs = jobs
    if (nowMs - this.#sinceMs < limitMs) return
    this.stop()
    onLimit()
  }
}
