/**
 * What tenants have had of the executors, as start-time fair queueing counts it: each has a virtual time, which goes on
 * with every place that it holds, the more slowly the greater its weight. Who comes back after a while begins where the
 * others are: nobody saves up time while wanting nothing.
 */
export class ServiceTime {
  readonly #weight: number
  readonly #common: { virtualMs: number }
  #virtualMs = 0
  #load = 0
  #atMs: number

  /** `common`: one object for all tenants of a pool. */
  constructor(weight: number, common: { virtualMs: number }, nowMs: number) {
    this.#weight = weight
    this.#common = common
    this.#atMs = nowMs
  }

  /** Places that are held now. */
  get load(): number {
    return this.#load
  }

  /** Virtual time so far, milliseconds. */
  at(nowMs: number): number {
    return this.#virtualMs + (Math.max(0, nowMs - this.#atMs) * this.#load) / this.#weight
  }

  /** From now on, so many more places are held, or fewer. */
  change(by: number, nowMs: number): void {
    this.#virtualMs = this.at(nowMs)
    this.#atMs = nowMs
    // Sums of fractions come back to 0 only nearly.
    this.#load = Math.max(0, this.#load + by)
  }

  /** It wants places, after it wanted none. */
  comesBack(nowMs: number): void {
    this.#virtualMs = Math.max(this.at(nowMs), this.#common.virtualMs)
    this.#atMs = nowMs
  }

  /** It was given some: who comes back after this begins no earlier. */
  served(nowMs: number): void {
    this.#common.virtualMs = Math.max(this.#common.virtualMs, this.at(nowMs))
  }
}
