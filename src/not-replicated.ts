import { RqdError, coerceError } from './errors.js'
import type { Copies, Replicas } from './redis/replicas.js'

/** Jobs are enqueued, but a fail-over right now could lose them. */
export class NotReplicatedError extends RqdError {
  /** Ids of the jobs. */
  readonly jobIds: readonly string[]
  /** Replicas that are known to have them. */
  readonly copies: number

  constructor(jobIds: readonly string[], copies: number, message: string, options?: ErrorOptions) {
    super('RQD_NOT_REPLICATED', message, options)
    this.jobIds = jobIds
    this.copies = copies
  }
}

/** Wait until replicas have the jobs that Redis has just taken. @throws NotReplicatedError */
export async function waitForReplicas(replicas: Replicas, jobIds: readonly string[]): Promise<void> {
  const { count, timeoutMs } = replicas.wish
  const refuse = (copies: number, found: string, cause?: Error): NotReplicatedError => {
    const jobs = jobIds.length === 1 ? `job ${JSON.stringify(jobIds[0])} is` : `${jobIds.length} jobs are`
    const text = `${jobs} enqueued, but ${found}; a fail-over now could lose them: enqueue again with the same jobId and unique: true, or look whether they are there`
    return new NotReplicatedError(jobIds, copies, text, cause === undefined ? undefined : { cause })
  }
  let copies: Copies
  try {
    copies = await replicas.confirm()
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw refuse(0, `the connection was lost before ${count} replicas were seen to have it: ${cause.message}`, cause)
  }
  if (copies === 'elsewhere') throw refuse(0, `the connection was lost before ${count} replicas were seen to have it`)
  if (copies < count) throw refuse(copies, `${copies} of ${count} replicas had it after ${timeoutMs} ms (waitReplicas)`)
}
