import type { Verdict } from './explanation.js'
import type { DependencyFacts, JobFacts } from './facts.js'
import { clip, command, count, fact, quote } from './words.js'

/** Dependencies that are named one by one. */
const MOST_NAMED = 10
const ended = new Set(['finished', 'failed', 'stopped', 'canceled'])

/** Why a job waits for others. */
export function explainDeferred(facts: JobFacts): Verdict[] {
  const { dependencies, stored } = facts
  const lenient = stored.hash.allowDependencyFailures ?? false
  const there = dependencies.filter(({ status }) => status !== undefined)
  const stuck = there.filter(({ status = '' }) => ended.has(status) && !isAcceptable(status, lenient))
  const pending = there.filter(({ status = '' }) => !ended.has(status))
  const evidence = [
    ...dependencies.slice(0, MOST_NAMED).map(describe),
    fact('dependencies', dependencies.length),
    fact('allowDependencyFailures', lenient, lenient ? 'yes' : 'no'),
  ]
  const verdicts: Verdict[] = []
  const [first] = stuck
  if (first !== undefined) {
    verdicts.push({
      cause: 'dependency-failed',
      sentence: `It waits for job ${quote(first.jobId)}, which is ${first.status ?? ''}${stuck.length > 1 ? `, and ${count(stuck.length - 1, 'more job')} like it` : ''}: it never runs unless that job finishes after all.`,
      evidence,
      next: nextFor(first, facts),
    })
  }
  const [hopeful] = pending.filter(({ knowsChild }) => knowsChild)
  if (hopeful !== undefined) {
    verdicts.push({
      cause: 'dependency-unfinished',
      sentence: `It waits for ${count(pending.length, 'job')} that ${pending.length === 1 ? 'has' : 'have'} not ended: ${clip(hopeful.jobId)} is ${hopeful.status === '' ? 'without a status' : (hopeful.status ?? '')}.`,
      evidence,
      next: `see what that job does: ${command('rqctl', 'explain', hopeful.jobId)}`,
    })
  }
  if (verdicts.length === 0) verdicts.push(explainLost(facts, pending, evidence))
  return verdicts
}

function explainLost(
  { jobId, queueKey, dependencies }: JobFacts,
  pending: readonly DependencyFacts[],
  evidence: Verdict['evidence'],
): Verdict {
  const gone = dependencies.filter(({ status }) => status === undefined).length
  const why =
    dependencies.length === 0
      ? 'and nothing says for which'
      : pending.length > 0
        ? 'but those do not know of it'
        : gone === dependencies.length
          ? 'but those are gone, deleted or expired'
          : 'but those have ended and were not able to release it'
  return {
    cause: 'dependency-lost',
    sentence: `Its status says that it waits for other jobs, ${why}: nothing releases it any more.`,
    evidence,
    next: `if it is to run, put it on its queue: ${command('redis-cli', 'RPUSH', queueKey, jobId)}`,
  }
}

function isAcceptable(status: string, lenient: boolean): boolean {
  return status === 'finished' || (lenient && status === 'failed')
}

function describe({ jobId, status, queue }: DependencyFacts): Verdict['evidence'][number] {
  const text = status === undefined ? 'gone' : status === '' ? 'without a status' : clip(status)
  return fact(`dependency:${jobId}`, status ?? null, queue === undefined ? text : `${text} (queue ${clip(queue)})`)
}

function nextFor({ jobId, queue, status }: DependencyFacts, facts: JobFacts): string {
  if (status === 'failed' || status === 'stopped') {
    return `run that job again: ${command('rqctl', 'requeue', '--queue', queue ?? '', jobId)}`
  }
  return `run it without that job: ${command('redis-cli', 'RPUSH', facts.queueKey, facts.jobId)}`
}
