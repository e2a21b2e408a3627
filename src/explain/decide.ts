import { explainBroken, explainNoJob } from './broken.js'
import { explainDeferred } from './deferred.js'
import { explainElsewhere } from './elsewhere.js'
import { explainCanceled, explainFailed, explainFinished } from './ended.js'
import type { Explanation, Fact, Verdict } from './explanation.js'
import type { JobFacts } from './facts.js'
import { explainGone } from './gone.js'
import { explainScheduled } from './scheduled.js'
import { explainStarted } from './started.js'
import { explainStops, explainWaiting } from './waiting.js'
import { command, fact, quote, timeFact } from './words.js'

/** Decide from what was read why a job does not run, or how it ended. */
export function explain(facts: JobFacts): Explanation {
  const { jobId, keyType, stored, queue } = facts
  return {
    jobId,
    exists: keyType === 'hash',
    status: stored.statusText ?? null,
    queue: queue ?? facts.traces[0]?.queue ?? null,
    description: stored.hash.description ?? null,
    verdicts: verdictsOf(facts),
    facts: keyType === 'hash' ? generalFacts(facts) : [],
  }
}

function verdictsOf(facts: JobFacts): Verdict[] {
  if (facts.keyType === 'none') return [explainGone(facts)]
  if (facts.keyType !== 'hash') return [explainNoJob(facts)]
  const { status } = facts.stored.hash
  switch (status) {
    case 'finished':
      return [explainFinished(facts), ...explainMisplaced(facts)]
    case 'failed':
    case 'stopped':
      return [explainFailed(facts), ...explainMisplaced(facts)]
    case 'canceled':
      return [explainCanceled(facts), ...explainMisplaced(facts)]
    case 'started':
      return [...explainStarted(facts), ...explainMisplaced(facts)]
    case 'deferred':
      return [...explainBroken(facts), ...explainDeferred(facts), ...explainMisplaced(facts)]
    case 'scheduled':
      return [...explainBroken(facts), ...explainScheduled(facts), ...explainMisplaced(facts), ...stopsOf(facts)]
    default:
      return [...explainBroken(facts), ...explainQueued(facts)]
  }
}

/** By its status, or for want of one, it waits for a worker. */
function explainQueued(facts: JobFacts): Verdict[] {
  const { position, queue } = facts
  if (queue === undefined) return explainElsewhere(facts)
  // A list that cannot be searched throughout has it, unless a worker has.
  const isThere = position.isThere ?? (facts.runs.length === 0 && !facts.places.isIntermediate)
  return isThere ? explainWaiting(facts, queue) : explainElsewhere(facts)
}

/** What will keep it from being run once it is on its queue. */
function stopsOf(facts: JobFacts): Verdict[] {
  return facts.queue === undefined ? [] : explainStops(facts, facts.queue)
}

function explainMisplaced({ position, stored, queue, queueKey, jobId }: JobFacts): Verdict[] {
  if (position.isThere !== true) return []
  const { status } = stored.hash
  return [
    {
      cause: 'misplaced',
      sentence: `Its id lies on queue ${quote(queue ?? '')} although its status is ${quote(status ?? '')}: ${status === 'canceled' ? 'rqd drops it there, a Python worker runs it' : 'a worker will run it'}.`,
      evidence: [fact('ahead', position.ahead)],
      next: `if it is not to run, take it off: ${command('redis-cli', 'LREM', queueKey, '0', jobId)}`,
    },
  ]
}

function generalFacts({ stored, nowMs }: JobFacts): Fact[] {
  const { hash, payload, expiresAtMs } = stored
  const facts = [timeFact('createdAt', hash.createdAtMs, nowMs)]
  if (hash.enqueuedAtMs !== undefined) facts.push(timeFact('enqueuedAt', hash.enqueuedAtMs, nowMs))
  if (payload.kind === 'good') facts.push(fact('serializer', payload.format))
  if (payload.kind === 'good' && payload.func !== undefined) facts.push(fact('function', payload.func))
  if (hash.groupId !== undefined) facts.push(fact('group', hash.groupId))
  if (hash.repeatsLeft !== undefined) facts.push(fact('repeatsLeft', hash.repeatsLeft))
  if (expiresAtMs !== undefined) facts.push(timeFact('expiresAt', expiresAtMs, nowMs))
  return facts
}
