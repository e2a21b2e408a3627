import type { Redis } from 'ioredis'
import { RqdError } from '../errors.js'
import { isClusterClient } from './cluster/is-on-cluster.js'
import { SlotRedis } from './cluster/slot-redis.js'

/** How many replicas must have a write, and how long they have for it. */
export interface ReplicaWish {
  readonly count: number
  readonly timeoutMs: number
}

/** How many replicas have a write. `elsewhere`: the server that took it is not the one that could be asked. */
export type Copies = number | 'elsewhere'

interface Answer {
  readonly copies: number
  /** Undefined if it changed meanwhile: it is unknown of which place the answer tells then. */
  readonly place: unknown
}

/**
 * Asks Redis to say when replicas have what was written (WAIT). One question covers all who ask while the one before it
 * is open, so that a whole batch costs one.
 */
export class Replicas {
  readonly wish: ReplicaWish
  readonly #writer: Redis
  readonly #asker: Redis
  #asked: Promise<Answer> | undefined
  #next: Promise<Answer> | undefined

  /**
   * @param writer the connection of the writes
   * @param asker the one to ask over: Redis does nothing else for it meanwhile. It may be the same.
   * @throws RqdError RQD_BAD_OPTION for a Cluster client of ioredis
   */
  constructor(wish: ReplicaWish, writer: Redis, asker: Redis) {
    if (isClusterClient(writer)) {
      const text = `waitReplicas is ${wish.count} with a Cluster client of ioredis, which asks any node of the cluster and not the one that took the write; use openRedis('redis+cluster://…', { prefix }) instead`
      throw new RqdError('RQD_BAD_OPTION', text)
    }
    this.wish = wish
    this.#writer = writer
    this.#asker = asker
  }

  /**
   * Call it right after the answer to a write. Resolves when enough replicas have that, or have had their time.
   * @throws the error of the connection
   */
  async confirm(): Promise<Copies> {
    const written = this.#placeOf(this.#writer)
    const { copies, place } = await this.#answer()
    // After a fail-over the next master would tell of its own replicas.
    return place === written ? copies : 'elsewhere'
  }

  #answer(): Promise<Answer> {
    if (this.#asked === undefined) return this.#ask()
    // The open question may have been put before the write of this caller.
    const again = (): Promise<Answer> => this.#ask()
    this.#next ??= this.#asked.then(again, again)
    return this.#next
  }

  #ask(): Promise<Answer> {
    this.#next = undefined
    const asked = this.#wait()
    this.#asked = asked
    const over = (): void => {
      if (this.#asked === asked) this.#asked = undefined
    }
    asked.then(over, over)
    return asked
  }

  async #wait(): Promise<Answer> {
    const { count, timeoutMs } = this.wish
    if (this.#asker.status === 'wait') await this.#asker.connect()
    const before = this.#placeOf(this.#asker)
    // WAIT is about all that Redis had written by the last command of its connection, whoever it was of.
    const [, copies] = await Promise.all([this.#look(), this.#asker.wait(count, timeoutMs)])
    const place = this.#placeOf(this.#asker)
    return { copies, place: place === before ? place : undefined }
  }

  // Neither PING nor WAIT tells a connection of its own that the slot has left its node, or that this is a replica now.
  async #look(): Promise<void> {
    if (this.#asker instanceof SlotRedis && this.#asker !== this.#writer) await this.#asker.arrive()
    else await this.#asker.ping()
  }

  /** The connection itself where there is but one, else the server at its end. */
  #placeOf({ stream }: Redis): unknown {
    // Undefined before the first connection, whatever its type says.
    const { remoteAddress, remotePort } = (stream as typeof stream | undefined) ?? {}
    return this.#writer === this.#asker ? stream : `${remoteAddress ?? ''}:${remotePort ?? ''}`
  }
}
