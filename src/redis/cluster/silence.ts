import type { Redis } from 'ioredis'
import { nodeAt } from './connector.js'
import { nameOf, type SlotOwner } from './slot-owner.js'

/** A node that says nothing for so long while something is asked of it is asked for elsewhere, and again as often. */
const LOOK_MS = 1_000

type Stream = Redis['stream']

/**
 * Leave a node that says nothing as soon as others name another one for the slot. A master that is frozen, or cut off,
 * does not close its connections: whoever waits for an answer without a limit would wait until it is back.
 * @param isWaiting whether something was sent that is not answered
 */
export function leaveSilence(redis: Redis, isWaiting: () => boolean, owner: SlotOwner): void {
  const silence = new Silence(redis, isWaiting, owner)
  redis.on('connecting', () => silence.start())
  for (const over of ['close', 'end']) redis.on(over, () => silence.stop())
}

class Silence {
  readonly #redis: Redis
  readonly #isWaiting: () => boolean
  readonly #owner: SlotOwner
  #timer: NodeJS.Timeout | undefined
  #isAsking = false
  /** What was there at the last look. */
  #seen: { stream: Stream; bytesRead: number } | undefined

  constructor(redis: Redis, isWaiting: () => boolean, owner: SlotOwner) {
    this.#redis = redis
    this.#isWaiting = isWaiting
    this.#owner = owner
  }

  start(): void {
    // What is waited for keeps a program running, not this.
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#seen = undefined
  }

  #look(): void {
    const seen = this.#seen
    // Undefined before the first connection, whatever its type says.
    const stream = this.#redis.stream as Stream | undefined
    this.#seen = stream === undefined ? undefined : { stream, bytesRead: stream.bytesRead }
    if (stream === undefined || stream !== seen?.stream || stream.bytesRead !== seen.bytesRead) return
    const isOpen = stream.connecting || (!stream.destroyed && this.#isWaiting())
    if (isOpen && !this.#isAsking) void this.#ask(stream)
  }

  async #ask(stream: Stream): Promise<void> {
    const { bytesRead } = stream
    this.#isAsking = true
    try {
      const owner = await this.#owner.ask()
      const node = nodeAt(stream)
      if (node === undefined || nameOf(node) === nameOf(owner) || stream.bytesRead !== bytesRead) return
      // At once: it would take no notice of a polite end.
      stream.destroy()
    } catch {
      // Nobody tells. The next look asks again.
    } finally {
      this.#isAsking = false
    }
  }
}
