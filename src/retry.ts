import { RqdError } from './errors.js'
import { checkCount, parseIntervalsSec, type Intervals } from './intervals.js'
import type { Random } from './random.js'

/** What `Retry` takes. */
export interface RetryOptions {
  /** How often it is tried again. */
  max: number
  /**
   * How long each retry waits: one span, or a list of which the last entry is for the last retry and the first for all
   * that the list does not reach (3 retries with `[10, 20]` wait 10, 10 and 20 s). Default 0: at once.
   */
  interval?: Intervals
  /** Retries go before all jobs that wait. */
  enqueueAtFront?: boolean
}

/** What `Retry.exponential` takes. */
export interface ExponentialOptions {
  /** How often it is tried again. */
  max: number
  /** How long the first retry waits, seconds. Default 1. */
  baseSec?: number
  /** By how much each next wait is longer. Default 2. */
  factor?: number
  /** The longest wait before jitter, seconds. Default an hour. */
  maxSec?: number
  /** Each wait is drawn from so much around it: 0.2 is 20 % less to 20 % more. Default 0.2; 0 for none. */
  jitter?: number
  /** Retries go before all jobs that wait. */
  enqueueAtFront?: boolean
}

/** More intervals than this would only burden Redis. */
const MOST_INTERVALS = 1_000

/** How often, and how much later, a job is tried again when it has failed. */
export class Retry {
  /** How often it is tried again. */
  readonly max: number
  /** Retries go before all jobs that wait. */
  readonly enqueueAtFront: boolean
  readonly #intervalsSec: readonly number[]

  /** @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION */
  constructor({ max, interval = 0, enqueueAtFront = false }: RetryOptions) {
    this.max = checkCount(max, 'retry.max')
    this.enqueueAtFront = enqueueAtFront
    this.#intervalsSec = parseIntervalsSec(interval, 'retry.interval')
  }

  /**
   * Waits that grow by a factor, each with jitter, so that jobs which failed together do not come back together. They
   * are drawn for each job when it is enqueued: every worker of RQ keeps to them.
   * @throws RqdError RQD_BAD_OPTION
   */
  static exponential(options: ExponentialOptions): Retry {
    return new ExponentialRetry(options)
  }

  /** The waits of one job, whole seconds. */
  intervalsSec(_random: Random): number[] {
    return [...this.#intervalsSec]
  }
}

class ExponentialRetry extends Retry {
  readonly #options: Required<Omit<ExponentialOptions, 'enqueueAtFront'>>

  constructor({
    max,
    baseSec = 1,
    factor = 2,
    maxSec = 3_600,
    jitter = 0.2,
    enqueueAtFront = false,
  }: ExponentialOptions) {
    super({ max, enqueueAtFront })
    check(max <= MOST_INTERVALS, 'max', max, `at most ${MOST_INTERVALS}`)
    check(baseSec > 0 && Number.isFinite(baseSec), 'baseSec', baseSec, 'seconds above 0')
    check(factor >= 1 && Number.isFinite(factor), 'factor', factor, 'at least 1')
    check(maxSec >= 1 && Number.isSafeInteger(maxSec), 'maxSec', maxSec, 'whole seconds from 1')
    check(jitter >= 0 && jitter <= 1, 'jitter', jitter, 'a part from 0 to 1')
    this.#options = { max, baseSec, factor, maxSec, jitter }
  }

  override intervalsSec(random: Random): number[] {
    const { max, baseSec, factor, maxSec, jitter } = this.#options
    return Array.from({ length: max }, (_, i) => {
      const waitSec = Math.min(maxSec, baseSec * factor ** i)
      return Math.max(1, Math.round(waitSec * (1 + jitter * (2 * random.unit() - 1))))
    })
  }
}

function check(isFit: boolean, name: string, found: number, expected: string): void {
  if (!isFit) throw new RqdError('RQD_BAD_OPTION', `retry.${name} is ${JSON.stringify(found)}; expected ${expected}`)
}
