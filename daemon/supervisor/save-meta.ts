import { coerceError, type ErrorCode, RqdError } from '../../src/errors.js'
import { saveMeta } from '../../src/redis/job-store.js'
import type { Store } from '../../src/redis/store.js'
import type { JobBoard } from './job-board.js'

/** What an executor is told of a `meta` that it sent; null where it is stored. */
export type SaveFailure = { readonly code: ErrorCode; readonly message: string } | null

/** Store what a running job wants as its meta, if it is still ours. Never rejects. */
export async function saveRunningMeta(
  store: Store,
  board: Pick<JobBoard, 'running'>,
  execution: string,
  meta: Uint8Array | null,
): Promise<SaveFailure> {
  const running = board.running.get(execution)
  if (running === undefined) return failure('RQD_INVALID_JOB_OPERATION', 'the meta was not saved: this run has ended')
  const { id, supervisorId } = running.job
  const name = JSON.stringify(id)
  try {
    const holder = { supervisorId, execution }
    const reply = await saveMeta(store.redis, store.keys, { jobId: id, meta: meta ?? undefined, holder })
    switch (reply) {
      case 'saved':
        return null
      case 'missing':
        return failure('RQD_NO_SUCH_JOB', `the meta of job ${name} was not saved: the job has been deleted`)
      case 'lost':
        return failure(
          'RQD_INVALID_JOB_OPERATION',
          `the meta of job ${name} was not saved: another worker has taken the job over`,
        )
    }
  } catch (thrown) {
    const { message } = coerceError(thrown)
    return failure(thrown instanceof RqdError ? thrown.code : 'RQD_REDIS', message)
  }
}

function failure(code: ErrorCode, message: string): SaveFailure {
  return { code, message }
}
