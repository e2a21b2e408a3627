import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { asList, asText, runScript } from './script.js'
import { scripts } from './scripts.js'

/**
 * What became of a request to queue a scheduled job before its time. `due`: its time has come, and the queue's scheduler
 * queues it now. `missing`: it has no data. `canceled`: it had been, and is on the schedule no longer.
 */
export const enqueueNowReplies = ['queued', 'not-scheduled', 'due', 'missing', 'canceled'] as const
export type EnqueueNowReply = (typeof enqueueNowReplies)[number]

/** Put scheduled jobs of a queue on it, in one step. One reply per id, in order. @throws RqdError RQD_REDIS */
export async function enqueueScheduled(
  redis: Redis,
  keys: Keys,
  request: { queue: string; jobIds: readonly string[]; nowIso: string },
): Promise<EnqueueNowReply[]> {
  const { queue, jobIds, nowIso } = request
  const reply = await runScript(redis, scripts.enqueueNow, {
    keys: {
      scheduled: keys.scheduled(queue),
      queueKey: keys.queue(queue),
      schedulerLock: keys.schedulerLock(queue),
    },
    args: { prefix: keys.prefix, queue, nowIso },
    records: jobIds.map((jobId) => ({ jobId })),
  })
  return asList(reply).map((each) => asText(each) as EnqueueNowReply)
}
