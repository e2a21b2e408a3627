import type { Clock } from '../clock.js'
import { formatIso } from '../job/time.js'
import { BEAT_MS, HOLD_SEC, RESERVE_MS } from '../maintenance/rq-sweeper.js'
import { lookAgain, repairOne, type Opinion, type Question } from '../redis/fsck-store.js'
import type { Store } from '../redis/store.js'
import { sweepAbandoned } from '../redis/sweep-store.js'
import { kinds } from './kinds.js'

/** What looks and repairs work with. */
export interface LookAccess {
  readonly store: Store
  readonly clock: Clock
}

/** Jobs of a dead daemon that one call takes over, and calls for one daemon. */
const TAKEN_OVER_AT_ONCE = 200
const MOST_CALLS = 50
/** Whoever moves a job by several commands is done with it by then. */
const LEAST_WAIT_MS = 1_000

/** Look again at some suspects, each in one step. Changes nothing. @throws RqdError RQD_REDIS */
export async function look({ store, clock }: LookAccess, questions: readonly Question[]): Promise<Opinion[]> {
  const opinions: Opinion[] = []
  for (const question of questions) {
    opinions.push(await lookAgain(store.redis, store.keys, question, formatIso(clock.epochMs())))
  }
  return opinions
}

/**
 * Repair what has been exactly the same for at least `waitMs` (and a second), by the marks of earlier looks, and what
 * cannot be in motion. Anything else is only looked at. @throws RqdError RQD_REDIS
 */
export async function repair(
  { store, clock }: LookAccess,
  questions: readonly Question[],
  waitMs: number,
): Promise<Opinion[]> {
  const opinions: Opinion[] = []
  for (const question of questions) {
    const nowIso = formatIso(clock.epochMs())
    const ownMs = kinds[question.kind].settles ? Math.max(waitMs, LEAST_WAIT_MS) : 0
    const how = { nowIso, waitMs: ownMs, compat: store.compat }
    const opinion = await repairOne(store.redis, store.keys, question, how)
    opinions.push(opinion.verdict === 'repaired' ? await byOthers({ store, clock }, question, opinion, ownMs) : opinion)
  }
  return opinions
}

// Two kinds are repaired by the scripts of maintenance, which take several calls or many jobs; theirs only look.
async function byOthers(
  { store, clock }: LookAccess,
  question: Question,
  opinion: Opinion,
  waitMs: number,
): Promise<Opinion> {
  const { redis, keys, compat } = store
  const nowIso = formatIso(clock.epochMs())
  if (question.kind === 'abandoned') {
    // The first call reserves the entry, a later one acts.
    const settleMs = Math.min(RESERVE_MS, waitMs)
    const beatMs = Math.min(BEAT_MS, 9 * waitMs)
    await sweepAbandoned(redis, keys, { queue: question.queue, nowIso, settleMs, beatMs, holdSec: HOLD_SEC, compat })
  } else if (question.kind === 'daemon-dead') {
    const supervisorId = question.id
    for (let calls = 0; calls < MOST_CALLS; calls++) {
      const reply = await store.recover({ supervisorId, proved: false, limit: TAKEN_OVER_AT_ONCE, nowIso })
      if (reply?.more !== true) break
    }
  } else {
    return opinion
  }
  const left = await lookAgain(redis, keys, { ...question, mark: opinion.mark }, nowIso)
  return left.verdict === 'gone' ? opinion : left
}
