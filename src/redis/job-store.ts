import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { asInteger, asList, asText, runScript } from './script.js'
import { scripts } from './scripts.js'

/** What became of an action on one job. `refused`: its status, '' if it has none, does not allow it. */
export interface ActionReply {
  readonly outcome: 'done' | 'refused' | 'missing'
  readonly status: string
}

/** Where a command to stop a job went. */
export interface StopReply extends ActionReply {
  /** The worker that runs it; '' if the job does not say. */
  readonly worker: string
  /** Programs that heard the command. */
  readonly listeners: number
}

/** Take a job off its queue or registry and file it as canceled. `status` of the reply is the one before. */
export async function cancelJob(
  redis: Redis,
  keys: Keys,
  cancel: { jobId: string; enqueueDependents: boolean; nowIso: string },
): Promise<ActionReply> {
  const { jobId, enqueueDependents, nowIso } = cancel
  const [outcome, status] = asList(
    await runScript(redis, scripts.cancel, {
      keys: { job: keys.job(jobId) },
      args: { prefix: keys.prefix, jobId, enqueueDependents: enqueueDependents ? 1 : 0, nowIso },
    }),
  ).map(asText)
  return { outcome: outcome === 'canceled' ? 'done' : readOutcome(outcome), status: status ?? '' }
}

/**
 * Remove a job with all that hangs on it. `queue`: where it is filed if its hash does not say.
 * @returns how many jobs there were
 */
export async function deleteJob(
  redis: Redis,
  keys: Keys,
  removal: { jobId: string; queue: string; withDependents: boolean },
): Promise<number> {
  const { jobId, queue, withDependents } = removal
  return asInteger(
    await runScript(redis, scripts.delete, {
      keys: { job: keys.job(jobId) },
      args: { prefix: keys.prefix, jobId, queue, withDependents: withDependents ? 1 : 0 },
    }),
  )
}

/** Tell the worker that runs a job to end it. */
export async function stopJob(redis: Redis, keys: Keys, jobId: string): Promise<StopReply> {
  const [outcome, status, worker, listeners] = asList(
    await runScript(redis, scripts.stop, { keys: { job: keys.job(jobId) }, args: { prefix: keys.prefix, jobId } }),
  )
  return {
    outcome: asText(outcome) === 'told' ? 'done' : readOutcome(asText(outcome)),
    status: status === undefined ? '' : asText(status),
    worker: worker === undefined ? '' : asText(worker),
    listeners: listeners === undefined ? 0 : asInteger(listeners),
  }
}

/**
 * Write a job's meta; undefined removes it.
 * @param save.holder write only while this supervisor holds this execution of the job; left out: anybody may
 */
export async function saveMeta(
  redis: Redis,
  keys: Keys,
  save: { jobId: string; meta: Uint8Array | undefined; holder?: { supervisorId: string; execution: string } },
): Promise<'saved' | 'lost' | 'missing'> {
  const { jobId, meta, holder } = save
  const reply = await runScript(redis, scripts.saveMeta, {
    keys: { job: keys.job(jobId) },
    moreKeys: holder === undefined ? [] : [keys.claims(holder.supervisorId)],
    args: { meta: meta ?? '', execution: holder?.execution ?? '' },
  })
  return asText(reply) as 'saved' | 'lost' | 'missing'
}

function readOutcome(text: string | undefined): 'refused' | 'missing' {
  return text === 'refused' ? 'refused' : 'missing'
}
