/** A generator that gives the same numbers for the same seed (mulberry32 over a hash of the seed's text). */
export class SeededRandom {
  #state: number

  constructor(seed: number | string) {
    this.#state = hash(String(seed))
  }

  /** In [0, 1). */
  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** A whole number, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.unit() * (high - low + 1))
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.unit() < probability
  }

  /** One of the keys, each as often as its weight says. @throws RangeError if no weight is above 0 */
  weighted<K>(weights: ReadonlyMap<K, number>): K {
    const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0)
    let left = this.unit() * total
    for (const [key, weight] of weights) {
      left -= weight
      if (weight > 0 && left < 0) return key
    }
    throw new RangeError('there is nothing to choose from: all weights are 0')
  }
}

// FNV-1a, 32 bits.
function hash(text: string): number {
  let state = 0x811c9dc5
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return state
}
