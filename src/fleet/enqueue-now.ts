import { formatIso } from '../job/time.js'
import { type EnqueueNowReply, enqueueScheduled } from '../redis/schedule-store.js'
import type { Store } from '../redis/store.js'
import { idsByQueue } from './ids-by-queue.js'

/** Jobs in one step: a step holds up the server for about a millisecond. */
const AT_ONCE = 100

/** Which jobs do not wait for their time any longer. */
export interface EnqueueNowRequest {
  readonly jobIds: readonly string[]
  /** Where they are scheduled; null: each where its hash says. */
  readonly queue: string | null
  readonly nowMs: number
}

/**
 * Queue scheduled jobs before their time has come, each in one step, a hundred at a time.
 * @returns per id what became of it, in the order given
 * @throws RqdError RQD_REDIS; the ids of a queue before the one that failed are queued then
 */
export async function enqueueNow(store: Store, request: EnqueueNowRequest): Promise<EnqueueNowReply[]> {
  const { jobIds, queue, nowMs } = request
  const groups = queue === null ? await idsByQueue(store, jobIds) : new Map([[queue, [...jobIds]]])
  const replies = new Map<string, EnqueueNowReply>()
  for (const [each, ids] of groups) {
    for (let start = 0; start < ids.length; start += AT_ONCE) {
      const part = ids.slice(start, start + AT_ONCE)
      const found = await enqueueScheduled(store.redis, store.keys, {
        queue: each,
        jobIds: part,
        nowIso: formatIso(nowMs),
      })
      part.forEach((id, i) => replies.set(id, found[i] ?? 'not-scheduled'))
    }
  }
  // What names no queue is no job.
  return jobIds.map((id) => replies.get(id) ?? 'missing')
}
