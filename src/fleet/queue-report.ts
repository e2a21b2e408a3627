import { parseIso } from '../job/time.js'
import type { Store } from '../redis/store.js'
import { readPauses } from './pauses.js'
import { type QueueCounts, queueCounts, readKnownQueues } from './queues.js'

/** A queue as an operator wants to see it. */
export interface QueueReport extends QueueCounts {
  /** How long its first job has been waiting, seconds; null if there is none or it does not say. */
  readonly oldestAgeSec: number | null
  /** It is paused for all daemons of rqd. */
  readonly pausedEverywhere: boolean
}

/** Queues whose first jobs one call looks at. */
const AT_ONCE = 200

/**
 * Counts and age of queues.
 * @param queues all known ones, by name, if there is none
 * @returns strangers: members of the set of queues that are no queue's key
 * @throws RqdError RQD_REDIS
 */
export async function readQueueReports(
  store: Store,
  queues: readonly string[],
  nowMs: number,
): Promise<{ queues: QueueReport[]; strangers: string[] }> {
  const { redis, keys } = store
  const known = queues.length > 0 ? { names: [...queues], strangers: [] } : await readKnownQueues(redis, keys)
  const counts = await queueCounts(redis, keys, known.names)
  const pauses = await readPauses(redis, keys)
  const ages: (number | null)[] = []
  for (let start = 0; start < known.names.length; start += AT_ONCE) {
    const summaries = await store.queueSummaries(known.names.slice(start, start + AT_ONCE))
    for (const { oldestEnqueuedAt } of summaries) ages.push(ageOf(oldestEnqueuedAt, nowMs))
  }
  return {
    queues: counts.map((row, i) => ({
      ...row,
      oldestAgeSec: ages[i] ?? null,
      pausedEverywhere: pauses.all || pauses.queues.includes(row.queue),
    })),
    strangers: known.strangers,
  }
}

function ageOf(iso: string, nowMs: number): number | null {
  if (iso === '') return null
  try {
    return Math.max(0, (nowMs - parseIso(iso)) / 1000)
  } catch {
    return null
  }
}
