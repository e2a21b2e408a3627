import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import type { Keys } from '../../src/redis/keys.js'
import { answerOrder } from '../../src/redis/order-store.js'

/** How often an order under way shows that it is; its answer is kept for a minute. */
const RENEW_MS = 20_000
/** Between two attempts to write the last answer, and how many there are: about as long as anybody looks for it. */
const RETRY_MS = 500
const MOST_TRIES = 120

export interface AnswerSheetOptions {
  readonly redis: Redis
  readonly keys: Keys
  readonly order: string
  /** What stands in every answer: the daemon, the method. */
  readonly heading: () => Readonly<Record<string, string>>
  readonly logger: Logger
  /** Aborted: what cannot be written now never is. */
  readonly signal: AbortSignal
}

/** Writes how far one order is and what came of it, one after the other. Redis being away never fails the order. */
export class AnswerSheet {
  readonly #options: AnswerSheetOptions
  readonly #timer: NodeJS.Timeout
  #progress: string | undefined
  #writing: Promise<void> | undefined
  #isStale = false

  constructor(options: AnswerSheetOptions) {
    this.#options = options
    this.#timer = setInterval(() => this.#touch(), RENEW_MS)
  }

  /** It is this far. */
  progress(value: unknown): void {
    this.#progress = JSON.stringify(value)
    this.#touch()
  }

  /** That is what came of it. Resolves when it is written, or given up. */
  async end(fields: Readonly<Record<string, string>>): Promise<void> {
    clearInterval(this.#timer)
    this.#isStale = false
    await this.#writing
    const { signal, logger, order } = this.#options
    for (let tries = 1; ; tries++) {
      try {
        await this.#write(fields)
        return
      } catch (thrown) {
        if (tries < MOST_TRIES && !signal.aborted) {
          await delay(RETRY_MS, undefined, { signal }).catch(() => undefined)
          continue
        }
        logger.warn('the answer to an order could not be written', { order, error: coerceError(thrown).message })
        return
      }
    }
  }

  // Only the last state is worth writing: what comes meanwhile is written together.
  #touch(): void {
    this.#isStale = true
    this.#writing ??= this.#writeStale().finally(() => (this.#writing = undefined))
  }

  async #writeStale(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false
      const progress = this.#progress
      // The next one tells more.
      await this.#write({ state: 'taken', ...(progress === undefined ? {} : { progress }) }).catch(() => undefined)
    }
  }

  #write(fields: Readonly<Record<string, string>>): Promise<void> {
    const { redis, keys, order, heading } = this.#options
    return answerOrder(redis, keys, order, { ...heading(), ...fields })
  }
}
