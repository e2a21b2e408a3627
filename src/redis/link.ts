import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import type { Clock } from '../clock.js'
import { coerceError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { Service } from '../service.js'

/** Between two pings. */
const PING_MS = 1_000
/** A ping that takes longer is lost, and the connection with it. */
const PING_LIMIT_MS = 2_000
/** A connection that is not usable after this long is begun anew. */
const CONNECT_LIMIT_MS = 4_000

/** Pings of which the quickest tells how far Redis is: the others waited for something. */
const TRIPS = 8

export interface LinkOptions {
  redis: Redis
  clock: Clock
  logger: Logger
  /** The server does not answer any more; a new connection is being made. */
  onLost: () => void
  /** The server answers again. */
  onFound: () => void
}

/**
 * Watches the connection to Redis with pings that have a deadline, because a half-open connection tells nothing by
 * itself: commands would wait for minutes. A connection that does not answer is dropped and made anew, for ever.
 */
export class Link implements Service {
  readonly #options: LinkOptions
  #timer: NodeJS.Timeout | undefined
  #stopped = false
  #connected = true
  #roundTripMs: number | null = null
  readonly #trips: number[] = []
  #unreadySinceMs: number | null = null
  #looks = 0

  constructor(options: LinkOptions) {
    this.#options = options
  }

  start(): Promise<void> {
    this.#plan(0)
    return Promise.resolve()
  }

  stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    return Promise.resolve()
  }

  /** True while Redis answers, as of the last ping; before the first one, if there is a connection. */
  get connected(): boolean {
    return this.#connected && (this.#looks > 0 || this.#options.redis.status === 'ready')
  }

  /** How long the last ping took; null while Redis does not answer. */
  get roundTripMs(): number | null {
    return this.#roundTripMs
  }

  /** How far Redis is: the quickest of the last pings, milliseconds; null before the first answer. */
  get distanceMs(): number | null {
    return this.#trips.length === 0 ? null : Math.min(...this.#trips)
  }

  /** How often the connection was looked at, well or not. */
  get looks(): number {
    return this.#looks
  }

  #plan(delayMs: number): void {
    if (this.#stopped) return
    const next = (): void => {
      this.#looks += 1
      this.#plan(PING_MS)
    }
    this.#timer = setTimeout(() => void this.#look().finally(next), delayMs)
  }

  async #look(): Promise<void> {
    const { redis, clock } = this.#options
    const nowMs = clock.monoMs()
    if (redis.status === 'ready') {
      this.#unreadySinceMs = null
      const error = await this.#ping()
      if (error === undefined) this.#found(clock.monoMs() - nowMs)
      else this.#drop(error.message)
      return
    }
    this.#unreadySinceMs ??= nowMs
    if (this.#connected) this.#lost(`the connection is ${redis.status}`)
    if (nowMs - this.#unreadySinceMs > CONNECT_LIMIT_MS) this.#drop('a new connection does not become usable')
  }

  async #ping(): Promise<Error | undefined> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<Error>((resolve) => {
      const giveUp = (): void => resolve(new Error(`no answer to a ping within ${PING_LIMIT_MS} ms`))
      // Where this process stood still, the answer may have come long ago: what has come is read first.
      timer = setTimeout(() => void nextTurn().then(giveUp), PING_LIMIT_MS)
    })
    const answered = this.#options.redis.ping().then(
      () => undefined,
      (thrown: unknown) => coerceError(thrown),
    )
    const error = await Promise.race([answered, late])
    clearTimeout(timer)
    return error
  }

  #drop(why: string): void {
    this.#unreadySinceMs = null
    if (this.#connected) this.#lost(why)
    // Every command that waits is refused now, so that its owner finds out what became of it.
    if (!this.#stopped) this.#options.redis.disconnect(true)
  }

  #lost(why: string): void {
    this.#connected = false
    this.#roundTripMs = null
    this.#options.logger.error('Redis does not answer', { error: why })
    this.#options.onLost()
  }

  #found(roundTripMs: number): void {
    this.#roundTripMs = roundTripMs
    this.#trips.push(roundTripMs)
    if (this.#trips.length > TRIPS) this.#trips.shift()
    if (this.#connected) return
    this.#connected = true
    this.#options.logger.info('Redis answers again')
    this.#options.onFound()
  }
}
