import { formatAge } from '../age-text.js'
import type { Cause } from './causes.js'
import { explainOrphan } from './elsewhere.js'
import type { Verdict } from './explanation.js'
import type { JobFacts } from './facts.js'
import { command, count, fact, quote, timeFact } from './words.js'

/** Schedulers look every second. */
const PATIENCE_SEC = 3

/** Why a job waits for its time, and whether anybody will see that it has come. */
export function explainScheduled(facts: JobFacts): Verdict[] {
  const { places, nowMs, schedulerLock, queue = '', jobId } = facts
  if (places.scheduled === undefined) return [explainOrphan(facts)]
  const waitSec = places.scheduled - nowMs / 1000
  const evidence = [
    timeFact('dueAt', places.scheduled * 1000, nowMs),
    fact('scheduler', schedulerLock.holder ?? null, schedulerLock.holder ?? 'none'),
  ]
  const unheld: Verdict = {
    cause: 'no-scheduler',
    sentence:
      waitSec > 0
        ? `No scheduler looks after queue ${quote(queue)} now: if none does by then, the job is not queued.`
        : `It has been due for ${formatAge(-waitSec)}, and no scheduler looks after queue ${quote(queue)}.`,
    evidence,
    next: `start one: ${command('rqd', '--with-scheduler', queue)}`,
  }
  if (waitSec > 0) {
    const planned = explainPlanned(facts, waitSec, evidence)
    return schedulerLock.holder === undefined ? [planned, unheld] : [planned]
  }
  if (schedulerLock.holder === undefined) return [unheld]
  const isLate = -waitSec > PATIENCE_SEC
  return [
    {
      cause: 'overdue',
      sentence: `It has been due for ${formatAge(-waitSec)}; scheduler ${quote(schedulerLock.holder)} ${isLate ? 'should have queued it by now' : 'queues it within a second'}.`,
      evidence,
      next: isLate
        ? `see whether that scheduler lives, and what it logs; or queue the job: ${command('redis-cli', 'RPUSH', facts.queueKey, jobId)}`
        : null,
    },
  ]
}

function explainPlanned({ stored }: JobFacts, waitSec: number, evidence: Verdict['evidence']): Verdict {
  const { hash } = stored
  const when = `in ${formatAge(waitSec)}`
  const planned = (cause: Cause, sentence: string, more: Verdict['evidence']): Verdict => ({
    cause,
    sentence,
    evidence: [...evidence, ...more],
    next: null,
  })
  const hasRun = hash.startedAtMs !== undefined || hash.endedAtMs !== undefined
  if (hasRun && hash.retriesLeft !== undefined) {
    const left = hash.retriesLeft
    return planned(
      'retry-planned',
      `It has failed, and is tried again ${when}; after that, ${left === 0 ? 'no retry is' : `${count(left, 'retry').replace('retrys', 'retries')} ${left === 1 ? 'is' : 'are'}`} left.`,
      [fact('retriesLeft', left)],
    )
  }
  if (hasRun && hash.numberOfRetries !== undefined && hash.numberOfRetries > 0) {
    return planned('retry-planned', `Its function asked to be called again, which is done ${when}.`, [
      fact('numberOfRetries', hash.numberOfRetries),
    ])
  }
  if (hasRun && hash.repeatsLeft !== undefined) {
    return planned('repeat-planned', `It has finished, and runs again ${when}.`, [
      fact('repeatsLeft', hash.repeatsLeft),
    ])
  }
  return planned('scheduled', `It is scheduled to be queued ${when}.`, [])
}
