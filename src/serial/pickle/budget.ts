/** How much a pickle may make the reader do, in proportion to its length. */
import { PayloadError } from '../../errors.js'

/**
 * Most opcodes cost no more than the bytes they take. A few convert what is already there (text to bytes, list to
 * set), so that a short pickle could repeat a long conversion: those spend from here.
 */
export class Budget {
  #left: number
  #longKeys = 0

  constructor(length: number) {
    this.#left = 1_000_000 + 32 * length
  }

  /** @throws PayloadError when all is spent */
  spend(amount: number): void {
    this.#left -= amount
    if (this.#left < 0) throw new PayloadError('bad pickle: it asks for far more work than its length justifies')
  }

  /** Account for a key of a dict or set: integers of over 64 bits can be made to collide in a Map. */
  key(key: unknown): unknown {
    if (typeof key === 'bigint' && BigInt.asIntN(64, key) !== key) this.spend(this.#longKeys++)
    return key
  }
}
