import { RqdError } from '../errors.js'
import { saveMeta } from '../redis/job-store.js'
import type { Store } from '../redis/store.js'
import type { HeldJob } from './held-job.js'

/**
 * Store the meta of a running job, if it is still ours; null removes it.
 * @throws RqdError RQD_NO_SUCH_JOB, RQD_INVALID_JOB_OPERATION if somebody else has the job by now, RQD_REDIS
 */
export async function saveHeldMeta(
  store: Store,
  { id, supervisorId, execution }: Pick<HeldJob, 'id' | 'supervisorId' | 'execution'>,
  meta: Uint8Array | null,
): Promise<void> {
  const name = JSON.stringify(id)
  const call = { jobId: id, meta: meta ?? undefined, holder: { supervisorId, execution } }
  switch (await saveMeta(store.redis, store.keys, call)) {
    case 'saved':
      return
    case 'missing':
      throw new RqdError('RQD_NO_SUCH_JOB', `the meta of job ${name} was not saved: the job has been deleted`)
    case 'lost':
      throw new RqdError(
        'RQD_INVALID_JOB_OPERATION',
        `the meta of job ${name} was not saved: another worker has taken the job over`,
      )
  }
}
