import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'
import { Store, type ClaimCall, type ClaimReply } from '../redis/store.js'

/** Queues beyond this number are polled: each one that is watched costs a connection. */
export const MAX_WATCHED_QUEUES = 16

/** How long one blocking call lasts, seconds. Bounds how late a half-open connection is noticed. */
const BLOCK_SEC = 5

/** Pause after a blocking call that failed. */
const RETRY_MS = 250

export interface WakeupListener {
  /** A queue has something. */
  wake(): void
  /** The claim to send ahead behind a blocking call; undefined for none. */
  arm(): ClaimCall | undefined
  /** A claim that was sent ahead was answered. The queue has been found, or `BLOCK_SEC` are over. */
  claimed(reply: ClaimReply, call: ClaimCall): void
  /** What became of a claim that was sent ahead is not known. */
  unsure(): void
}

/**
 * Tells at once when something is pushed on a queue, without taking anything off it: `BLMOVE queue queue RIGHT RIGHT`
 * moves the list's last id onto itself, and blocks while there is none. So any producer's plain RPUSH wakes us, and
 * there is no moment at which an id is in nobody's hands.
 *
 * A claim can be sent ahead, right behind the blocking call: Redis runs it as soon as that ends, and a job is here one
 * round trip earlier. `Store.disarm` makes such claims void while they wait.
 */
export class Wakeup {
  readonly #keys: Keys
  readonly #connect: () => Redis
  readonly #listener: WakeupListener
  readonly #watches = new Map<string, Watch>()
  /** Claims that were sent ahead and are not answered: execution prefix to ticket. */
  readonly #armed = new Map<string, number>()
  #closed = false

  /** `connect` opens a connection of its own for each queue. */
  constructor(keys: Keys, connect: () => Redis, listener: WakeupListener) {
    this.#keys = keys
    this.#connect = connect
    this.#listener = listener
  }

  /** True while claims that were sent ahead with this ticket wait for an answer. */
  isArmed(ticket: number): boolean {
    for (const armed of this.#armed.values()) if (armed === ticket) return true
    return false
  }

  /** True if a claim that was sent ahead may yet bring this execution. */
  mayBring(execution: string): boolean {
    for (const prefix of this.#armed.keys()) if (execution.startsWith(prefix)) return true
    return false
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
        const client = this.#connect()
        watch = { client, store: new Store(client, this.#keys), blocked: false, failed: false }
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
    this.#armed.clear()
  }

  async #block(queue: string, watch: Watch): Promise<void> {
    watch.blocked = true
    let seen = await this.#look(queue, watch)
    while (seen.kind === 'nothing' && !this.#closed) seen = await this.#look(queue, watch)
    watch.failed = seen.kind === 'failed'
    if (!watch.failed) watch.blocked = false
    if (seen.answer !== undefined) this.#deliver(seen.answer)
    else if (!watch.failed && !this.#closed) this.#listener.wake()
    if (!watch.failed) return
    // The queue is polled, slowly, until a call succeeds again.
    await delay(RETRY_MS, undefined, { ref: false })
    watch.blocked = false
    if (!this.#closed) this.#listener.wake()
  }

  /** One blocking call, and the claim behind it. `failed`: the server is away, or the key holds no list. */
  async #look(queue: string, { client, store }: Watch): Promise<Look> {
    const key = this.#keys.queue(queue)
    let claimed: Promise<Answer | undefined> | undefined
    try {
      if (client.status === 'wait') await client.connect()
      // Both leave in one write.
      client.stream.cork()
      const moved = client.blmove(key, key, 'RIGHT', 'RIGHT', BLOCK_SEC)
      const call = this.#listener.arm()
      if (call !== undefined) claimed = this.#claim(store, call)
      client.stream.uncork()
      const found = (await moved) !== null
      const answer = await claimed
      const isNews = answer !== undefined && (answer.reply.claims.length > 0 || answer.reply.state !== 'ok')
      return { kind: found || isNews ? 'found' : 'nothing', answer }
    } catch {
      return { kind: 'failed', answer: await claimed }
    }
  }

  /** Undefined where it could not be made: whoever is woken then claims by itself. */
  async #claim(store: Store, call: ClaimCall): Promise<Answer | undefined> {
    this.#armed.set(call.executionPrefix, call.ticket ?? 0)
    try {
      return { call, reply: await store.claim(call) }
    } catch {
      this.#armed.delete(call.executionPrefix)
      this.#listener.unsure()
      return undefined
    }
  }

  #deliver({ call, reply }: Answer): void {
    this.#armed.delete(call.executionPrefix)
    this.#listener.claimed(reply, call)
  }
}

interface Answer {
  readonly call: ClaimCall
  readonly reply: ClaimReply
}

interface Look {
  readonly kind: 'found' | 'nothing' | 'failed'
  readonly answer: Answer | undefined
}

interface Watch {
  readonly client: Redis
  readonly store: Store
  blocked: boolean
  failed: boolean
}
