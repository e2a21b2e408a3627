import type { Redis } from 'ioredis'
import { Looks } from '../looks.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import { addHistory, takeTurn, type AgedPart } from '../redis/history-store.js'
import type { Keys } from '../redis/keys.js'
import type { Service } from '../service.js'
import { MINUTE_MS, partOf, noCounts } from './minute.js'
import { doneSince, type PeerCounts } from './peer-counts.js'
import { readFleet } from './read-fleet.js'

/** Longer than the time between two looks of the one who has the turn. */
const LEASE_MS = 90_000
/** How long after a minute has begun the one who has the turn looks; others are spread over all of it. */
const EARLY_MS = 5_000
const LATE_MS = 50_000
const RETRY_MS = 10_000

/** What a sampler needs. */
export interface SamplerOptions {
  /** An open client; stays the caller's. */
  readonly redis: Redis
  readonly keys: Keys
  readonly random: Random
  readonly logger: Logger
}

/**
 * Once a minute, notes how queues and workers stand, and what Python's workers have done since the minute before. Any
 * number may work on one Redis: one of them looks, and another takes over when that one is gone. It needs no daemon.
 */
export class HistorySampler implements Service {
  readonly #options: SamplerOptions
  readonly #id: string
  readonly #looks: Looks
  /** The minute that was sampled last, and the counts of that look. Undefined: somebody else has the turn. */
  #last: { readonly minute: number; readonly peers: ReadonlyMap<string, PeerCounts> } | undefined

  /** Nothing is read or written before it starts. */
  constructor(options: SamplerOptions) {
    this.#options = options
    this.#id = options.random.hex(32)
    this.#looks = new Looks({
      look: () => this.runOnce(),
      retryMs: RETRY_MS,
      logger: options.logger,
      failing: 'queues and workers cannot be sampled for the history',
      recovered: 'queues and workers are sampled for the history again',
    })
  }

  /** Resolves at once: nothing waits for the first look. */
  start(): Promise<void> {
    void this.#looks.start()
    return Promise.resolve()
  }

  /** Leaves the turn to others. */
  async stop(): Promise<void> {
    if ((await this.#looks.stop()) !== 'started') return
    const { redis, keys } = this.#options
    // Where Redis does not answer, the lease runs out by itself.
    await takeTurn(redis, keys, this.#id, 0).catch(() => undefined)
  }

  /**
   * Sample this minute, if that is ours to do and has not been done.
   * @param again even if it has been done
   * @returns when to look again, milliseconds from now
   * @throws RqdError RQD_REDIS
   */
  async runOnce(again = false): Promise<number> {
    const { redis, keys, random } = this.#options
    const { nowMs, isOurs } = await takeTurn(redis, keys, this.#id, LEASE_MS)
    const minute = Math.floor(nowMs / MINUTE_MS)
    const untilNextMs = (minute + 1) * MINUTE_MS - nowMs
    if (!isOurs) {
      this.#last = undefined
      return untilNextMs + LATE_MS * random.unit()
    }
    if (again || this.#last?.minute !== minute) {
      const { samples, peers } = await readFleet(redis, keys)
      const parts: AgedPart[] = [{ ageMs: 0, part: { add: {}, top: {}, now: samples } }]
      if (this.#last !== undefined) {
        const done = partOf({ ...noCounts(), ...doneSince(this.#last.peers, peers) })
        // Most of it was before this minute began.
        parts.push({ ageMs: nowMs - minute * MINUTE_MS + MINUTE_MS / 2, part: done })
      }
      await addHistory(redis, keys, parts)
      this.#last = { minute, peers }
    }
    return untilNextMs + EARLY_MS * random.unit()
  }
}
