import { formatAge } from '../age-text.js'
import { rqDefaults } from '../rq-defaults.js'
import { daemonFacts, explainDeadHolder, explainOrphan, isAlive, startDaemon } from './elsewhere.js'
import type { Fact, Verdict } from './explanation.js'
import type { JobFacts, RunFacts } from './facts.js'
import { command, fact, quote, spanFact, timeFact } from './words.js'

/** A limit is passed for so long before anybody wonders: abort, SIGTERM and SIGKILL take their time. */
const GRACE_SEC = 30

/** Where a job runs, or who should have noticed that it does not. */
export function explainStarted(facts: JobFacts): Verdict[] {
  const { runs, runner, nowMs, queue, daemons, jobId } = facts
  const run = runs.find(({ holder }) => holder !== undefined) ?? runs[0]
  if (run === undefined) return [explainOrphan(facts)]
  if (run.holder !== undefined) {
    return [
      isAlive(run.holder, nowMs) ? explainRunning(facts, run) : explainDeadHolder(run.holder, daemons, queue, nowMs),
    ]
  }
  const isMarked = run.markEndMs !== undefined && run.markEndMs > nowMs
  const isAtIt = runner?.isAlive === true && (runner.currentJob === jobId || run.isBeating)
  return [isMarked && isAtIt ? explainRunning(facts, run) : explainAbandoned(facts, run)]
}

function explainRunning({ jobId, stored, runner, nowMs }: JobFacts, { holder }: RunFacts): Verdict {
  const { startedAtMs, timeoutSec = rqDefaults.timeoutSec, workerName = '?', lastHeartbeatMs } = stored.hash
  const runningSec = startedAtMs === undefined ? null : (nowMs - startedAtMs) / 1000
  const isOver = timeoutSec > 0 && runningSec !== null && runningSec > timeoutSec + GRACE_SEC
  const since = runningSec === null ? '' : ` for ${formatAge(runningSec)}`
  const evidence: Fact[] = [
    fact('worker', workerName),
    fact('host', runner?.host ?? holder?.host ?? null),
    fact('pid', runner?.pid ?? null),
    timeFact('startedAt', startedAtMs, nowMs),
    spanFact('runningSec', runningSec),
    timeoutSec > 0 && startedAtMs !== undefined
      ? timeFact('timeoutAt', startedAtMs + timeoutSec * 1000, nowMs)
      : fact('timeoutAt', null, timeoutSec > 0 ? 'unknown' : 'never'),
    timeFact('lastHeartbeat', lastHeartbeatMs, nowMs),
  ]
  if (isOver) {
    return {
      cause: 'overrunning',
      sentence: `It has been running${since}, longer than its limit of ${formatAge(timeoutSec)}: its worker should have ended it.`,
      evidence,
      next: `end it: ${command('rqctl', 'stop-job', jobId)}`,
    }
  }
  return {
    cause: 'running',
    sentence: `Worker ${quote(workerName)} runs it${since}.`,
    evidence,
    next: holder === undefined ? null : `see what it prints: ${command('rqctl', 'logs', '-f', jobId)}`,
  }
}

function explainAbandoned({ stored, runner, nowMs, daemons, queue }: JobFacts, { markEndMs }: RunFacts): Verdict {
  const { workerName = '?', startedAtMs, retriesLeft } = stored.hash
  const living = daemons.filter((daemon) => isAlive(daemon, nowMs))
  const [daemon] = living
  const isDue = markEndMs === undefined || markEndMs <= nowMs
  const when = isDue ? 'within a minute' : `soon after ${formatAge((markEndMs - nowMs) / 1000)}`
  const what = (retriesLeft ?? 0) > 0 ? 'tried again' : 'failed'
  return {
    cause: 'abandoned',
    sentence: `Worker ${quote(workerName)} began it and is gone or silent: ${daemon === undefined ? `it is ${what} when a worker looks after the queue` : `a live rqd that serves the queue sees to it that it is ${what}, ${when}`}.`,
    evidence: [
      timeFact('startedAt', startedAtMs, nowMs),
      timeFact('workerLastSeen', runner?.lastBeatMs, nowMs),
      timeFact('abandonedAt', markEndMs, nowMs),
      fact('retriesLeft', retriesLeft ?? 0),
      ...(daemon === undefined ? [] : daemonFacts(daemon, nowMs).slice(0, 1)),
      fact('livingDaemons', living.length),
    ],
    next: daemon === undefined ? startDaemon(queue) : null,
  }
}
