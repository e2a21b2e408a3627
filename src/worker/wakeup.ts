import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'

/** Queues beyond this number are polled: each one that is watched costs a connection. */
export const MAX_WATCHED_QUEUES = 16

/** How long one blocking call lasts, seconds. Bounds how late a half-open connection is noticed. */
const BLOCK_SEC = 5

/** Pause after a blocking call that failed. */
const RETRY_MS = 250

/**
 * Tells at once when something is pushed on a queue, without taking anything off it: `BLMOVE queue queue RIGHT RIGHT`
 * moves the list's last id onto itself, and blocks while there is none. So any producer's plain RPUSH wakes us, and
 * there is no moment at which an id is in nobody's hands.
 */
export class Wakeup {
  readonly #keys: Keys
  readonly #connect: () => Redis
  readonly #onWake: () => void
  readonly #watches = new Map<string, Watch>()
  #closed = false

  /** `connect` opens a connection of its own for each queue; `onWake` is called when a queue has something. */
  constructor(keys: Keys, connect: () => Redis, onWake: () => void) {
    this.#keys = keys
    this.#connect = connect
    this.#onWake = onWake
  }

  /**
   * Watch these queues, which were all found empty, until each has something.
   * @returns true if all of them are watched; false if some must be polled.
   */
  watch(queues: readonly string[]): boolean {
    if (this.#closed) return true
    let watched = true
    for (const queue of queues) {
      let watch = this.#watches.get(queue)
      if (watch === undefined) {
        if (this.#watches.size >= MAX_WATCHED_QUEUES) {
          watched = false
          continue
        }
        watch = { client: this.#connect(), blocked: false, failed: false }
        // The blocking call itself reports what goes wrong.
        watch.client.on('error', () => undefined)
        this.#watches.set(queue, watch)
      }
      if (!watch.blocked) void this.#block(queue, watch)
      if (watch.failed) watched = false
    }
    return watched
  }

  /** Make all connections anew: the server was away, and they may be half open. */
  reconnect(): void {
    for (const { client } of this.#watches.values()) if (client.status !== 'wait') client.disconnect(true)
  }

  close(): void {
    this.#closed = true
    for (const { client } of this.#watches.values()) client.disconnect()
    this.#watches.clear()
  }

  async #block(queue: string, watch: Watch): Promise<void> {
    watch.blocked = true
    const key = this.#keys.queue(queue)
    try {
      if (watch.client.status === 'wait') await watch.client.connect()
      let found: unknown = null
      while (found === null && !this.#closed) {
        found = await watch.client.blmove(key, key, 'RIGHT', 'RIGHT', BLOCK_SEC)
        watch.failed = false
      }
    } catch {
      // The server is away, or the key holds no list: the queue is polled, slowly, until a call succeeds again.
      watch.failed = true
      await delay(RETRY_MS, undefined, { ref: false })
    } finally {
      watch.blocked = false
    }
    if (!this.#closed) this.#onWake()
  }
}

interface Watch {
  readonly client: Redis
  blocked: boolean
  failed: boolean
}
