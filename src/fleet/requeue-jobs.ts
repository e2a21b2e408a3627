import { encodeExcInfo } from '../job/result.js'
import { formatIso } from '../job/time.js'
import type { RequeueReply, Store } from '../redis/store.js'
import { type FailedJobState, failedJobStates } from './failed-jobs.js'
import { idsByQueue } from './ids-by-queue.js'

/** Jobs in one step: a step holds up the server for about a millisecond. */
const AT_ONCE = 100

/** What became of a request to requeue a job, or would. */
export type RequeueOutcome = RequeueReply

/** Which jobs go back, and how. */
export interface RequeueRequest {
  readonly jobIds: readonly string[]
  /** Where they failed; null: each where its hash says. */
  readonly queue: string | null
  readonly atFront: boolean
  /** Only tell what would be done. */
  readonly dryRun: boolean
  readonly nowMs: number
}

/**
 * Put failed jobs back on their queues, each in one step, a hundred at a time.
 * @returns per id what became of it, in the order given
 * @throws RqdError RQD_REDIS; the ids of a queue before the one that failed are requeued then
 */
export async function requeueJobs(store: Store, request: RequeueRequest): Promise<RequeueOutcome[]> {
  const { jobIds, queue, dryRun } = request
  const outcomes = new Map<string, RequeueOutcome>()
  for (const [each, ids] of await byQueue(store, jobIds, queue)) {
    const replies = dryRun ? await foresee(store, each, ids) : await move(store, each, ids, request)
    ids.forEach((id, i) => outcomes.set(id, replies[i] ?? 'not-failed'))
  }
  // What has no queue is no job.
  return jobIds.map((id) => outcomes.get(id) ?? 'missing')
}

function byQueue(store: Store, jobIds: readonly string[], queue: string | null): Promise<Map<string, string[]>> {
  return queue === null ? idsByQueue(store, jobIds) : Promise.resolve(new Map([[queue, [...jobIds]]]))
}

async function foresee(store: Store, queue: string, ids: readonly string[]): Promise<RequeueOutcome[]> {
  const states = await failedJobStates(store.redis, store.keys, queue, ids)
  return states.map((state: FailedJobState) => (state === 'failed' ? 'requeued' : state))
}

async function move(
  store: Store,
  queue: string,
  ids: readonly string[],
  { atFront, nowMs }: RequeueRequest,
): Promise<RequeueOutcome[]> {
  const replies: RequeueOutcome[] = []
  const emptyTraceback = encodeExcInfo('')
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const jobIds = ids.slice(start, start + AT_ONCE)
    replies.push(...(await store.requeue({ queue, jobIds, nowIso: formatIso(nowMs), emptyTraceback, atFront })))
  }
  return replies
}
