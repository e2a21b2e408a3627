import { checkCount, parseIntervalsSec, type Intervals } from './intervals.js'

/** What `Repeat` takes. */
export interface RepeatOptions {
  /** How many more runs follow the first, as long as they end well. */
  times: number
  /** How long each waits: one span, or a list, which RQ uses up from its end. Default 0: at once. */
  interval?: Intervals
}

/** A job that is run again after it has ended well. Kept by our workers, and those of RQ 2.3 and newer. */
export class Repeat {
  /** How many more runs follow the first. */
  readonly times: number
  /** Seconds before each. */
  readonly intervalsSec: readonly number[]

  /** @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION */
  constructor({ times, interval = 0 }: RepeatOptions) {
    this.times = checkCount(times, 'repeat.times')
    this.intervalsSec = parseIntervalsSec(interval, 'repeat.interval')
  }
}
