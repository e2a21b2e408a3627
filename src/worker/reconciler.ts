import { formatIso } from '../job/time.js'
import type { Clock } from '../clock.js'
import type { Logger } from '../logger.js'
import type { Store } from '../redis/store.js'

/**
 * After a claim whose answer never came, Redis may have recorded jobs for us of which we know nothing. Hand those
 * back: they were never started. To be called only while no claim is under way.
 * @param holds whether an execution is known here: waiting, running, or waiting to be settled
 * @returns the number of jobs handed back. @throws RqdError RQD_REDIS
 */
export async function reconcile(
  store: Store,
  supervisorId: string,
  holds: (execution: string) => boolean,
  clock: Clock,
  logger: Logger,
): Promise<number> {
  const unknown = (await store.listClaims(supervisorId)).filter(({ execution }) => !holds(execution))
  if (unknown.length === 0) return 0
  const ttls = await Promise.all(unknown.map(({ jobId }) => store.redis.hget(store.keys.job(jobId), 'ttl')))
  const records = unknown.map(({ execution, jobId, queue }, i) => ({
    execution,
    jobId,
    queue,
    origin: queue,
    worker: '',
    ttlSec: /^\d{1,9}$/.test(ttls[i] ?? '') ? Number(ttls[i]) : 0,
  }))
  const replies = await store.handBack(supervisorId, formatIso(clock.epochMs()), records)
  const handedBack = unknown.filter((_, i) => replies[i] === 'handed-back')
  for (const { jobId, queue } of handedBack) {
    logger.warn('handed back a job whose claim was answered too late', { jobId, queue })
  }
  return handedBack.length
}
