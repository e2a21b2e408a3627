import { type Duration, parseDurationSec } from '../duration.js'
import { RqdError, coerceError } from '../errors.js'
import { createKeys } from '../redis/keys.js'
import type { WorkerPlace } from './worker.js'

/** How long all workers stand still. */
export interface SuspendOptions extends WorkerPlace {
  /** Until then; without it until `resume`. */
  duration?: Duration
}

/**
 * Let no worker of this Redis, of Python RQ or ours, begin another job. Running jobs go on.
 * @throws RqdError RQD_BAD_DURATION, RQD_BAD_OPTION for less than a second, RQD_REDIS
 */
export async function suspend({ connection, prefix, duration }: SuspendOptions): Promise<void> {
  const { suspended } = createKeys(prefix)
  const sec = duration === undefined ? -1 : parseDurationSec(duration, 'duration of the suspension')
  if (sec === 0) throw new RqdError('RQD_BAD_OPTION', 'duration of the suspension is 0 s; expected at least 1')
  // RQ's own value.
  await asked(sec === -1 ? connection.set(suspended, '1') : connection.set(suspended, '1', 'EX', sec))
}

/** Let the workers go on. @returns whether they were suspended. @throws RqdError RQD_REDIS */
export async function resume({ connection, prefix }: WorkerPlace): Promise<boolean> {
  return (await asked(connection.del(createKeys(prefix).suspended))) === 1
}

/** True while all workers are suspended. @throws RqdError RQD_REDIS */
export async function isSuspended({ connection, prefix }: WorkerPlace): Promise<boolean> {
  return (await asked(connection.exists(createKeys(prefix).suspended))) === 1
}

async function asked<T>(reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw new RqdError('RQD_REDIS', `the mark of suspended workers cannot be read or changed: ${cause.message}`, {
      cause,
    })
  }
}
