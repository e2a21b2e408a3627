import { coerceError, type ErrorCode, RqdError } from '../../src/errors.js'
import type { Store } from '../../src/redis/store.js'
import { saveHeldMeta } from '../../src/worker/save-meta.js'
import type { JobBoard } from './job-board.js'

/** What an executor is told of a `meta` that it sent; null where it is stored. */
export type SaveFailure = { readonly code: ErrorCode; readonly message: string } | null

export const runHasEnded: SaveFailure = {
  code: 'RQD_INVALID_JOB_OPERATION',
  message: 'the meta was not saved: this run has ended',
}

/** Store what a running job wants as its meta, if it is still ours. Never rejects. */
export async function saveRunningMeta(
  store: Store,
  board: Pick<JobBoard, 'running'>,
  execution: string,
  meta: Uint8Array | null,
): Promise<SaveFailure> {
  const running = board.running.get(execution)
  if (running === undefined) return runHasEnded
  try {
    await saveHeldMeta(store, running.job, meta)
    return null
  } catch (thrown) {
    const { message } = coerceError(thrown)
    return { code: thrown instanceof RqdError ? thrown.code : 'RQD_REDIS', message }
  }
}
