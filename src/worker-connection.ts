import type { Redis } from 'ioredis'
import type { Queue } from './queue.js'
import { openUserConnection, type MakeRedis, type SentinelAddress } from './redis/connection.js'

/** A URL, or how to ask Sentinel. */
export type RedisAddress = string | SentinelAddress

/** What the connection is made of. */
export interface WorkerConnectionOptions {
  readonly address: RedisAddress
  readonly prefix: string
  readonly taskPaths: readonly string[]
  /** Makes the connection; undefined for ioredis as it is. */
  readonly make: MakeRedis | undefined
  readonly queueClass: typeof Queue
}

/** The connection that an executor has for the operator's code, and for nothing of its own. Opened when it is asked for. */
export class WorkerConnection {
  readonly #options: WorkerConnectionOptions
  #connection: Redis | undefined

  constructor(options: WorkerConnectionOptions) {
    this.#options = options
  }

  /** @throws RqdError RQD_BAD_OPTION if the operator's class makes something else */
  get connection(): Redis {
    this.#connection ??= openUserConnection(this.#options.address, this.#options.make, this.#options.prefix)
    return this.#connection
  }

  /** @throws RqdError RQD_BAD_OPTION for a bad name */
  queue(name: string): Queue {
    const { prefix, taskPaths, queueClass } = this.#options
    return new queueClass(name, { connection: this.connection, prefix, taskPaths })
  }

  close(): void {
    this.#connection?.disconnect()
  }
}
