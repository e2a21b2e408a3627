/** What happened in each minute, kept in Redis for a day. */
import type { Redis } from 'ioredis'
import type { MinutePart } from '../history/minute.js'
import type { Keys } from './keys.js'
import { asInteger, asList, runScript } from './script.js'
import { scripts } from './scripts.js'

/** How long an hour is kept after its end. */
const KEEP_SEC = 25 * 3_600
/** Parts that one call of the script takes: it is over in less than a millisecond. */
export const MOST_PARTS = 60

/** Something to be told of a minute, and how long ago it was, milliseconds. */
export interface AgedPart {
  readonly ageMs: number
  readonly part: MinutePart
}

/**
 * Add to what is known of some minutes, `MOST_PARTS` at most.
 * @returns the time by the clock of Redis, which says what minute it is, epoch milliseconds
 * @throws RqdError RQD_REDIS: it may have been added
 */
export async function addHistory(redis: Redis, keys: Keys, parts: readonly AgedPart[]): Promise<number> {
  const reply = await runScript(redis, scripts.historyAdd, {
    keys: { hours: keys.history('') },
    args: { keepSec: KEEP_SEC },
    records: parts.map(({ ageMs, part }) => ({ ageMs, part: JSON.stringify(part) })),
  })
  return asInteger(reply)
}

/**
 * Take or keep the turn to sample the fleet.
 * @param leaseMs how long nobody else gets it; 0: give it back
 * @throws RqdError RQD_REDIS
 */
export async function takeTurn(
  redis: Redis,
  keys: Keys,
  id: string,
  leaseMs: number,
): Promise<{ nowMs: number; isOurs: boolean }> {
  const reply = await runScript(redis, scripts.historyTurn, {
    keys: { sampler: keys.historySampler },
    args: { id, leaseMs },
  })
  const [nowMs, isOurs] = asList(reply)
  return { nowMs: asInteger(nowMs), isOurs: asInteger(isOurs) === 1 }
}
