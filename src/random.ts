import { randomBytes, randomUUID } from 'node:crypto'

/** Randomness as seen by a part of rqd. Given as an argument, so that tests choose it. */
export interface Random {
  /** A number in [0, 1), for jitter. */
  unit(): number
  /** `digits` random hex digits. */
  hex(digits: number): string
  /** A version 4 UUID with dashes: RQ's default job id. */
  uuid(): string
}

/** The random source of this host. */
export const systemRandom: Random = {
  unit: () => Math.random(),
  hex: (digits) =>
    randomBytes(Math.ceil(digits / 2))
      .toString('hex')
      .slice(0, digits),
  uuid: () => randomUUID(),
}
