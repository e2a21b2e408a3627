import type { Redis } from 'ioredis'
import { encodeExcInfo } from '../job/result.js'
import { rqDefaults } from '../rq-defaults.js'
import { DEFAULT_COMPAT, type Compat } from './compat.js'
import type { Keys } from './keys.js'
import { asInteger, asList, asText, runScript } from './script.js'
import { scripts } from './scripts.js'

/** RQ's lock over a queue's registries lasts so long, seconds. */
export const CLEANING_LOCK_SEC = 899

/** Entries that one call deals with. */
const MOST_ABANDONED = 100
const MOST_INTERMEDIATE = 200
const MOST_EXPIRED = 200

/** Where a job went that a dead worker had left behind. `returned`: it never started, and is at the front again. */
export interface AbandonedJob {
  readonly jobId: string
  readonly outcome: 'retried' | 'scheduled' | 'failed' | 'returned'
  /** The worker that had it, and since when (RQ's ISO text); empty where the hash does not say. */
  readonly worker: string
  readonly startedAt: string
  /** The Python callback that nobody has called; empty if there is none. */
  readonly failureCallback: string
}

export interface AbandonedSweep {
  readonly jobs: AbandonedJob[]
  /** Entries reserved by this call, to be acted on by a later one. */
  readonly reserved: number
  /** Entries dropped because their job is gone, has gone on, or is in other hands. */
  readonly dropped: number
  /** Reservations that stand. */
  readonly pending: number
}

/**
 * Recover jobs whose Python worker has died. The first call that finds one reserves it, one that comes at least
 * `settleMs` later acts; `beatMs` later while the worker's keys say that it lives, so that it can show it by a beat.
 */
export async function sweepAbandoned(
  redis: Redis,
  keys: Keys,
  sweep: {
    queue: string
    nowIso: string
    settleMs: number
    beatMs: number
    holdSec: number
    limit?: number
    compat?: Compat
  },
): Promise<AbandonedSweep> {
  const { queue, nowIso, settleMs, beatMs, holdSec, limit = MOST_ABANDONED, compat = DEFAULT_COMPAT } = sweep
  const time = nowIso.replace('T', ' ').replace('Z', '+00:00')
  const traceback = encodeExcInfo(`Moved to FailedJobRegistry, due to AbandonedJobError, at ${time}`)
  const [jobs, reserved, dropped, pending] = asList(
    await runScript(redis, scripts.sweepAbandoned, {
      keys: { started: keys.started(queue), reservations: keys.abandoned(queue), supervisors: keys.supervisors },
      args: {
        prefix: keys.prefix,
        queue,
        nowIso,
        // Readers of 1.13 look for it there; RQ 2.x leaves nothing there.
        traceback: compat === '2.x' ? '' : traceback,
        excString: Buffer.from(traceback).toString('base64'),
        settleMs,
        beatMs,
        holdSec,
        limit,
        failureTtlSec: rqDefaults.failureTtlSec,
      },
    }),
  )
  return {
    jobs: asList(jobs).map((raw) => {
      const [outcome = '', jobId = '', worker = '', startedAt = '', failureCallback = ''] = asList(raw).map(asText)
      return { jobId, outcome: outcome as AbandonedJob['outcome'], worker, startedAt, failureCallback }
    }),
    reserved: asInteger(reserved),
    dropped: asInteger(dropped),
    pending: asInteger(pending),
  }
}

export interface IntermediateSweep {
  /** Ids put back to the front of the queue. */
  readonly returned: string[]
  /** Ids removed because their job is gone or has gone on. */
  readonly removed: number
  /** Ids that are not old enough to tell. */
  readonly noted: number
}

/** Return jobs that a Python worker took off the queue at least `ageMs` ago, by two calls' evidence, and never started. */
export async function sweepIntermediate(
  redis: Redis,
  keys: Keys,
  sweep: { queue: string; nowIso: string; ageMs: number; limit?: number },
): Promise<IntermediateSweep> {
  const { queue, nowIso, ageMs, limit = MOST_INTERMEDIATE } = sweep
  const [returned, removed, noted] = asList(
    await runScript(redis, scripts.sweepIntermediate, {
      keys: {
        intermediate: keys.intermediate(queue),
        queueKey: keys.queue(queue),
        seen: keys.intermediateSeen(queue),
        supervisors: keys.supervisors,
      },
      args: { prefix: keys.prefix, queue, nowIso, ageMs, limit },
    }),
  )
  return { returned: asList(returned).map(asText), removed: asInteger(removed), noted: asInteger(noted) }
}

/** How many entries were dropped of each kind. */
export interface RegistrySweep {
  readonly finished: number
  readonly failed: number
  readonly workers: number
}

/** Drop what has run out from a queue's registries, and the workers whose hash is gone. */
export async function sweepRegistries(
  redis: Redis,
  keys: Keys,
  sweep: { queue: string; limit?: number },
): Promise<RegistrySweep> {
  const { queue, limit = MOST_EXPIRED } = sweep
  const reply = await runScript(redis, scripts.sweepRegistries, {
    keys: {
      finished: keys.finished(queue),
      failed: keys.failed(queue),
      queueWorkers: keys.queueWorkers(queue),
      workers: keys.workers,
    },
    args: { prefix: keys.prefix, limit },
  })
  const [finished = 0, failed = 0, workers = 0] = asList(reply).map(asInteger)
  return { finished, failed, workers }
}

/**
 * Take RQ's lock over a queue's registries. `free`: somebody took it long ago and is done by now, since RQ 1.13 leaves
 * it to expire, and later lines where a pass throws.
 */
export async function lockCleaning(redis: Redis, keys: Keys, queue: string): Promise<'taken' | 'free' | 'busy'> {
  const key = keys.cleaning(queue)
  if ((await redis.set(key, '1', 'EX', CLEANING_LOCK_SEC, 'NX')) === 'OK') return 'taken'
  const ttlSec = await redis.ttl(key)
  return ttlSec >= 0 && ttlSec < CLEANING_LOCK_SEC - LONGEST_PASS_SEC ? 'free' : 'busy'
}

/** After this a pass of RQ's maintenance is over, seconds. */
const LONGEST_PASS_SEC = 60

/** Give the lock back. Only for who took it and knows that it has not expired since: it bears no name. */
export async function unlockCleaning(redis: Redis, keys: Keys, queue: string): Promise<void> {
  await redis.del(keys.cleaning(queue))
}
