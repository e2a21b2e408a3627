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

/** Bytes fetched at a time: a fetch costs much, however few they are. */
const POOL_BYTES = 1024

/** Random hex digits that are not used yet. */
let pool = ''

function takeHex(digits: number): string {
  if (digits > pool.length) pool = randomBytes(Math.max(POOL_BYTES, Math.ceil(digits / 2))).toString('hex')
  const taken = pool.slice(0, digits)
  pool = pool.slice(digits)
  return taken
}

/** The random source of this host. */
export const systemRandom: Random = {
  unit: () => Math.random(),
  hex: takeHex,
  uuid: () => randomUUID(),
}
