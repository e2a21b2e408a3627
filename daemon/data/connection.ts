import type { Redis } from 'ioredis'
import type { Clock } from '../../src/clock.js'
import { RqdError, coerceError } from '../../src/errors.js'
import type { Random } from '../../src/random.js'
import type { Compat } from '../../src/redis/compat.js'
import type { Keys } from '../../src/redis/keys.js'
import { Store } from '../../src/redis/store.js'
import type { DataAccess } from './method.js'

export interface DataConnectionOptions {
  /** Makes the connection, which connects by `connect()`. */
  readonly connect: () => Redis
  readonly keys: Keys
  readonly compat: Compat
  readonly clock: Clock
  readonly random: Random
  /** The daemon whose connection it is. */
  readonly daemon?: DataAccess['daemon']
}

/**
 * The connection for methods about data at rest, apart from the one that jobs are claimed and settled over: what an
 * operator looks up must hold up no job. Made when it is first wanted.
 */
export class DataConnection {
  readonly #options: DataConnectionOptions
  #redis: Redis | undefined
  #connecting: Promise<void> | undefined

  constructor(options: DataConnectionOptions) {
    this.#options = options
  }

  /** @throws RqdError RQD_REDIS if Redis does not answer. */
  async open(): Promise<DataAccess> {
    const { connect, keys, compat, clock, random, daemon } = this.#options
    this.#redis ??= connect()
    const redis = this.#redis
    if (redis.status === 'wait') {
      // It goes on trying by itself; the calls after this one fail or not by what they find.
      redis.on('error', () => undefined)
      this.#connecting = redis.connect()
    }
    await this.#connecting?.catch((thrown: unknown) => {
      if (redis.status === 'ready') return
      const cause = coerceError(thrown)
      throw new RqdError('RQD_REDIS', `Redis does not answer: ${cause.message}; try again when it does`, { cause })
    })
    return { store: new Store(redis, keys, compat), clock, random, daemon }
  }

  close(): void {
    this.#redis?.disconnect()
  }
}
