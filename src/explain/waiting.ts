import { formatAge } from '../age-text.js'
import type { Fact, Verdict } from './explanation.js'
import type { JobFacts, WorkerFacts } from './facts.js'
import { clip, command, count, fact, quote, round, spanFact, timeFact } from './words.js'

/** Workers that are named one by one, and jobs that make a mean. */
const MOST_NAMED = 5
const FEWEST_JOBS = 5

/** Why a job on the list of a queue is not taken: what stops all, then what stops the queue, then its turn. */
export function explainWaiting(facts: JobFacts, queue: string): Verdict[] {
  const blockers = [...explainStops(facts, queue), ...explainBusy(facts, queue)]
  const { ahead, isTwice, length } = facts.position
  const pace = paceOf(facts)
  const verdicts = [...blockers]
  if (isTwice) {
    verdicts.push({
      cause: 'duplicated',
      sentence: `Its id lies on queue ${quote(queue)} more than once, so it may be run more than once.`,
      evidence: [fact('queueLength', length)],
      next: `if that is not wanted, take one off: ${command('redis-cli', 'LREM', facts.queueKey, '-1', facts.jobId)}`,
    })
  }
  const expiry = explainExpiry(facts, pace, blockers.length > 0)
  if (expiry !== undefined) verdicts.push(expiry)
  if (ahead !== 0) verdicts.push(explainTurn(facts, queue, pace))
  else if (blockers.length === 0) {
    verdicts.push({
      cause: 'next-in-line',
      sentence: `It is the next job of queue ${quote(queue)}, and a worker is free: it should be taken at once.`,
      evidence: [fact('queueLength', length), ...freeWorkers(facts)],
      next: `look again; if it stays, see what the worker does: ${command('rqctl', 'workers', '--queue', queue)}`,
    })
  }
  return verdicts
}

/** What keeps every job of a queue from being taken. */
export function explainStops(
  { suspension, pauses, isPausedEverywhere, listeners, nowMs }: JobFacts,
  queue: string,
): Verdict[] {
  const verdicts: Verdict[] = []
  const alive = listeners.workers.filter(({ isAlive }) => isAlive)
  if (suspension.isOn) {
    const until = suspension.endMs === undefined ? '' : ` for another ${formatAge((suspension.endMs - nowMs) / 1000)}`
    verdicts.push({
      cause: 'suspended',
      sentence: `All workers of this Redis are suspended${until}.`,
      evidence: [
        suspension.endMs === undefined
          ? fact('suspendedUntil', null, 'somebody resumes')
          : timeFact('suspendedUntil', suspension.endMs, nowMs),
      ],
      next: command('rqctl', 'resume', '--all'),
    })
  }
  if (isPausedEverywhere === true && alive.every(({ isOurs }) => isOurs)) {
    verdicts.push({
      cause: 'paused-everywhere',
      sentence: `Queue ${quote(queue)} is paused for all daemons, and no worker of Python RQ serves it.`,
      evidence: [fact('pausedEverywhere', true)],
      next: command('rqctl', 'resume', queue, '--everywhere'),
    })
  }
  const here = pauses.filter((pause) => pause.queue === queue)
  const paused = new Set(here.flatMap(({ workers }) => workers))
  if (here.length > 0 && alive.every(({ name }) => paused.has(name))) {
    verdicts.push({
      cause: 'paused',
      sentence: `Queue ${quote(queue)} is paused, and no other worker serves it.`,
      evidence: here.map(({ daemon }) => fact('pausedBy', daemon)),
      next: command('rqctl', 'resume', queue),
    })
  }
  if (alive.length === 0) verdicts.push(explainNoWorker(listeners, queue, nowMs))
  return verdicts
}

function explainNoWorker({ workers, others }: JobFacts['listeners'], queue: string, nowMs: number): Verdict {
  const dead = workers.map(({ name, lastBeatMs }) => ({
    ...timeFact('lastSeen', lastBeatMs, nowMs),
    name: `dead:${name}`,
  }))
  const elsewhere = others.map(({ name, queues }) =>
    fact(`worker:${name}`, queues.join(','), `on ${queues.map((each) => clip(each)).join(', ')}`),
  )
  return {
    cause: 'no-worker',
    sentence: `No live worker listens on queue ${quote(queue)}.`,
    evidence: [...dead.slice(0, MOST_NAMED), ...elsewhere.slice(0, MOST_NAMED)],
    next: `start one: ${command('rqd', queue)}`,
  }
}

function explainBusy({ listeners, nowMs, suspension }: JobFacts, queue: string): Verdict[] {
  const alive = listeners.workers.filter(({ isAlive }) => isAlive)
  if (alive.length === 0 || suspension.isOn) return []
  const verdicts: Verdict[] = []
  if (alive.every(({ state }) => state === 'busy')) {
    verdicts.push({
      cause: 'workers-busy',
      sentence: `${alive.length === 1 ? 'The only worker' : `All ${alive.length} workers`} of queue ${quote(queue)} ${alive.length === 1 ? 'is' : 'are'} busy.`,
      evidence: alive.slice(0, MOST_NAMED).map((worker) => busyFact(worker, nowMs)),
      next: `wait, or have more executors: ${command('rqd', '--executors', String(alive.length + 1), queue)}`,
    })
  }
  const before = alive.map((worker) => moreUrgent(worker, queue, listeners.backlog))
  const fewest = Math.min(...before)
  if (fewest > 0) {
    const names = [...listeners.backlog].filter(([, jobs]) => jobs > 0)
    verdicts.push({
      cause: 'outranked',
      sentence: `The workers of queue ${quote(queue)} take ${count(fewest, 'job')} of more urgent queues first.`,
      evidence: names.slice(0, MOST_NAMED).map(([name, jobs]) => fact(`queue:${name}`, jobs, count(jobs, 'job'))),
      next: `let a worker serve it alone, or first: ${command('rqd', queue)}`,
    })
  }
  return verdicts
}

function busyFact({ name, currentJob, currentSinceMs }: WorkerFacts, nowMs: number): Fact {
  if (currentJob === null) return fact(`worker:${name}`, null, 'with a job that it does not name')
  const since = currentSinceMs === undefined ? '' : ` for ${formatAge((nowMs - currentSinceMs) / 1000)}`
  return fact(`worker:${name}`, currentJob, `with job ${clip(currentJob)}${since}`)
}

function freeWorkers({ listeners }: JobFacts): Fact[] {
  return listeners.workers
    .filter(({ isAlive, state }) => isAlive && state !== 'busy')
    .slice(0, MOST_NAMED)
    .map(({ name, state }) => fact(`worker:${name}`, state))
}

function moreUrgent({ queues }: WorkerFacts, queue: string, backlog: ReadonlyMap<string, number>): number {
  const own = queues.indexOf(queue)
  return queues.slice(0, Math.max(0, own)).reduce((sum, name) => sum + (backlog.get(name) ?? 0), 0)
}

/** How fast the queue moves, as far as its workers have told: the mean of their jobs so far. */
function paceOf({ listeners, position }: JobFacts): { meanSec: number; etaSec: number } | undefined {
  const alive = listeners.workers.filter(({ isAlive }) => isAlive)
  const jobs = alive.reduce((sum, worker) => sum + worker.jobs, 0)
  if (jobs < FEWEST_JOBS || position.ahead === null) return undefined
  const meanSec = alive.reduce((sum, worker) => sum + worker.workSec, 0) / jobs
  return { meanSec, etaSec: (position.ahead * meanSec) / alive.length }
}

function explainExpiry(
  { stored, nowMs, jobKey }: JobFacts,
  pace: { etaSec: number } | undefined,
  isBlocked: boolean,
): Verdict | undefined {
  const { expiresAtMs } = stored
  if (expiresAtMs === undefined) return undefined
  const leftSec = (expiresAtMs - nowMs) / 1000
  const isLate = pace !== undefined && pace.etaSec > leftSec
  if (!isLate && !isBlocked) return undefined
  return {
    cause: 'expires-first',
    sentence: `Its ttl runs out in ${formatAge(leftSec)}: unless it is started by then, it is dropped and never run.`,
    evidence: [
      timeFact('expiresAt', expiresAtMs, nowMs),
      ...(stored.hash.ttlSec === undefined ? [] : [spanFact('ttlSec', stored.hash.ttlSec)]),
      spanFact('etaSec', pace === undefined ? null : round(pace.etaSec)),
    ],
    next: `let it wait for ever: ${command('redis-cli', 'PERSIST', jobKey)}`,
  }
}

function explainTurn(
  { position, listeners }: JobFacts,
  queue: string,
  pace: { meanSec: number; etaSec: number } | undefined,
): Verdict {
  const { ahead, length } = position
  const workers = listeners.workers.filter(({ isAlive }) => isAlive).length
  const where =
    ahead === null
      ? `It waits somewhere among the ${count(length ?? 0, 'job')} of queue ${quote(queue)}; it is not at either end, nor where its time would put it.`
      : `${count(ahead, 'job')} of queue ${quote(queue)} ${ahead === 1 ? 'comes' : 'come'} before it.`
  const evidence = [
    fact(
      'position',
      ahead === null ? null : ahead + 1,
      ahead === null ? 'unknown' : `${ahead + 1} of ${length ?? '?'}`,
    ),
    fact('ahead', ahead),
    fact('queueLength', length),
    fact('workers', workers),
  ]
  if (pace !== undefined) {
    const mean = spanFact('meanJobSec', pace.meanSec)
    evidence.push(mean, fact('etaSec', round(pace.etaSec), `about ${formatAge(pace.etaSec)}, if jobs go on as before`))
  }
  return { cause: 'behind-others', sentence: where, evidence, next: null }
}
