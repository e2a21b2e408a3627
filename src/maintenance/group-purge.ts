import type { Redis } from 'ioredis'
import { purgeGroup, PURGED_AT_ONCE } from '../redis/group-store.js'
import type { Keys } from '../redis/keys.js'

/** Groups asked for at a time. */
const GROUPS_AT_ONCE = 100

/**
 * Goes through all groups of jobs, round after round, and drops ids whose job is gone, as each worker of RQ 2.x does at
 * once: here a step looks at so many ids and no more, and the next goes on from there.
 */
export class GroupPurge {
  readonly #redis: Redis
  readonly #keys: Keys
  #names: string[] = []
  /** Where the list of groups, and the first of `#names`, are to be read on. */
  #groups = '0'
  #members = '0'
  #isLast = false

  constructor(redis: Redis, keys: Keys) {
    this.#redis = redis
    this.#keys = keys
  }

  /** A step: about `most` ids, no further than the end of the round. @returns how many were dropped */
  async step(most = 1_000): Promise<number> {
    let dropped = 0
    for (let looked = 0; looked < most;) {
      const [name] = this.#names
      if (name === undefined) {
        if (this.#isLast) {
          this.#isLast = false
          break
        }
        const page = await this.#redis.sscan(this.#keys.groups, this.#groups, 'COUNT', GROUPS_AT_ONCE)
        ;[this.#groups, this.#names] = page
        this.#isLast = this.#groups === '0'
        looked += this.#names.length
        continue
      }
      const part = await purgeGroup(this.#redis, this.#keys, name, this.#members)
      dropped += part.dropped
      looked += PURGED_AT_ONCE
      this.#members = part.cursor
      if (part.cursor === '0') this.#names.shift()
    }
    return dropped
  }
}
