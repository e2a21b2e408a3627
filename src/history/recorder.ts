import type { Redis } from 'ioredis'
import type { Clock } from '../clock.js'
import { coerceError } from '../errors.js'
import { Looks } from '../looks.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import { MOST_PARTS, addHistory } from '../redis/history-store.js'
import type { Keys } from '../redis/keys.js'
import type { Service } from '../service.js'
import { MINUTE_MS, type MinuteCounts, type RunEnding, addCounts, noCounts, partOf } from './minute.js'
import { MOST_MINUTES } from './read-history.js'

const INTERVAL_MS = 10_000

/** What a recorder needs. */
export interface RecorderOptions {
  readonly redis: Redis
  readonly keys: Keys
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
}

/**
 * Counts runs by the minute, in memory, and writes them to Redis by one small call every ten seconds or so. While Redis
 * is away it keeps a day of them. A minute is one of the Redis clock, whatever that of this host says. What was written
 * by a call whose answer was lost is written again: it is counted twice then, which no decision hangs on.
 */
export class HistoryRecorder implements Service {
  readonly #options: RecorderOptions
  readonly #looks: Looks
  readonly #minutes = new Map<number, MinuteCounts>()
  /** By how much the clock of Redis is ahead of the monotonic one, milliseconds: at first as this host has it. */
  #aheadMs: number
  #flushing: Promise<void> | undefined

  /** Nothing is written before it starts. */
  constructor(options: RecorderOptions) {
    this.#options = options
    this.#aheadMs = options.clock.epochMs() - options.clock.monoMs()
    this.#looks = new Looks({
      look: async () => {
        await this.flush()
        return INTERVAL_MS * (0.8 + 0.4 * options.random.unit())
      },
      retryMs: INTERVAL_MS,
      logger: options.logger,
      failing: 'the history cannot be written: it is kept in memory, up to a day of it',
      recovered: 'the history is written again',
    })
  }

  /** A run ended. */
  ran(ending: RunEnding, durationSec: number): void {
    const counts = this.#now()
    const durationMs = durationSec * 1000
    counts[ending] += 1
    counts.runMs += durationMs
    if (durationMs > counts.longestRunMs) counts.longestRunMs = durationMs
  }

  /** A run began: so long its job was on a queue. */
  waited(waitSec: number): void {
    const counts = this.#now()
    const waitMs = waitSec * 1000
    counts.waits += 1
    counts.waitMs += waitMs
    if (waitMs > counts.longestWaitMs) counts.longestWaitMs = waitMs
  }

  /** Resolves at once. */
  start(): Promise<void> {
    void this.#looks.start()
    return Promise.resolve()
  }

  /** Writes what is left, if Redis answers. */
  async stop(): Promise<void> {
    if ((await this.#looks.stop()) !== 'started') return
    await this.flush().catch((thrown: unknown) => {
      const error = coerceError(thrown).message
      this.#options.logger.warn('the last minutes are not in the history: Redis did not take them', { error })
    })
  }

  /** Write what has been counted. @throws RqdError RQD_REDIS: it is kept then, for the next time */
  flush(): Promise<void> {
    this.#flushing ??= this.#flush().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  async #flush(): Promise<void> {
    const { redis, keys, clock } = this.#options
    for (let left = this.#minutes.size; left > 0; left -= MOST_PARTS) {
      const some = [...this.#minutes].slice(0, MOST_PARTS)
      for (const [minute] of some) this.#minutes.delete(minute)
      const beforeMs = clock.monoMs()
      // Told by its middle, a minute stays the same if the clocks are not quite the same.
      const ageMs = (minute: number): number => beforeMs + this.#aheadMs - (minute + 0.5) * MINUTE_MS
      try {
        const parts = some.map(([minute, counts]) => ({ ageMs: ageMs(minute), part: partOf(counts) }))
        const nowMs = await addHistory(redis, keys, parts)
        this.#aheadMs = nowMs - (beforeMs + clock.monoMs()) / 2
      } catch (thrown) {
        for (const [minute, counts] of some) this.#keep(minute, counts)
        throw thrown
      }
    }
  }

  #now(): MinuteCounts {
    const minute = Math.floor((this.#options.clock.monoMs() + this.#aheadMs) / MINUTE_MS)
    return this.#minutes.get(minute) ?? this.#keep(minute, noCounts())
  }

  #keep(minute: number, counts: MinuteCounts): MinuteCounts {
    const known = this.#minutes.get(minute)
    if (known !== undefined) addCounts(known, counts)
    else this.#minutes.set(minute, counts)
    if (this.#minutes.size > MOST_MINUTES) this.#minutes.delete(Math.min(...this.#minutes.keys()))
    return known ?? counts
  }
}
