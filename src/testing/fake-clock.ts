import { systemClock, type Clock } from '../clock.js'
import { RqdError } from '../errors.js'

/**
 * A clock that a test moves forward, for the option `clock` of `Queue`: times are written by it, and `enqueueAt` counts by
 * it. Between two moves it goes on as time does, because what workers and Redis do takes time. `advance` moves it.
 */
export class FakeClock implements Clock {
  readonly #base: Clock
  #aheadMs: number

  /**
   * @param start what it shows now, to the second. Default: the time.
   * @param base what it is ahead of: the host's clock
   * @throws RqdError RQD_BAD_OPTION for an invalid Date
   */
  constructor(start?: Date, base: Clock = systemClock) {
    this.#base = base
    this.#aheadMs = start === undefined ? 0 : Math.ceil((start.getTime() - base.epochMs()) / 1_000) * 1_000
    if (Number.isNaN(this.#aheadMs)) {
      throw new RqdError('RQD_BAD_OPTION', 'the start of the clock is an invalid Date; expected a time')
    }
  }

  /** How much it is ahead of the host's clock, milliseconds: whole seconds, negative if it is behind. */
  get aheadMs(): number {
    return this.#aheadMs
  }

  /** What it shows. */
  now(): Date {
    return new Date(this.epochMs())
  }

  /** The same in milliseconds since the epoch. */
  epochMs(): number {
    return this.#base.epochMs() + this.#aheadMs
  }

  /** The host's monotonic clock, milliseconds: limits and leases are not faked. */
  monoMs(): number {
    return this.#base.monoMs()
  }

  /** Move it alone, by whole seconds. Use `advance`, which moves what is scheduled along. */
  moveSec(bySec: number): void {
    this.#aheadMs += bySec * 1_000
  }
}
