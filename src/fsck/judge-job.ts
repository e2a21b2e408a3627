import { isJobStatus } from '../job/status.js'
import type { Keys } from '../redis/keys.js'
import { suspect, type Suspect } from './suspect.js'

/** What was read of one job, in several commands. */
export interface JobFacts {
  readonly id: string
  /** Null: the field is missing. */
  readonly status: string | null
  readonly origin: string | null
  readonly hasData: boolean
  readonly expires: boolean
  readonly resultTtl: string | null
  readonly failureTtl: string | null
  /** Score in the registry that its status says; null: no entry there. */
  readonly score: string | null
  /** A mark of somebody who runs it. */
  readonly runs: boolean
  /** Statuses of the jobs that it waits for; null: that one is gone. */
  readonly parents: readonly (string | null)[]
  /** A failed one among them is as good as a finished one. */
  readonly lenient: boolean
}

/** What looks wrong with a job, whether it is on a list left aside. */
export function judgeJob(facts: JobFacts, keys: Keys): Suspect[] {
  const { id, status, origin, hasData } = facts
  const own = { key: keys.job(id), id, queue: origin ?? '' }
  if (!hasData) return [suspect({ ...own, kind: 'job-without-data', found: 'a hash without the field data' })]
  if (status === null || status === '') return []
  if (!isJobStatus(status)) {
    return [suspect({ ...own, kind: 'status-unknown', place: 'status', found: `status ${status}` })]
  }
  const found: Suspect[] = []
  switch (status) {
    case 'started':
      if (!facts.runs) found.push(suspect({ ...own, kind: 'started-nowhere', found: 'started, and nobody runs it' }))
      break
    case 'failed':
    case 'stopped':
    case 'deferred':
    case 'scheduled':
      if (facts.score === null) {
        found.push(suspect({ ...own, kind: 'filed-nowhere', found: `status ${status}, in no registry` }))
      }
      break
    case 'queued':
    case 'finished':
    case 'canceled':
    case 'created':
    case 'rate_limited':
    case 'ready_to_enqueue':
  }
  if (status === 'deferred' && facts.parents.every((parent) => isOver(parent, facts.lenient))) {
    found.push(suspect({ ...own, kind: 'deferred-for-nothing', found: waitsFor(facts.parents) }))
  }
  if (!facts.expires && shouldExpire(facts)) {
    found.push(suspect({ ...own, kind: 'never-expires', place: 'ended', found: `${status}, without expiry` }))
  }
  return found
}

function isOver(parent: string | null, lenient: boolean): boolean {
  return parent === null || parent === 'finished' || (lenient && parent === 'failed')
}

function shouldExpire({ status, resultTtl, failureTtl, score }: JobFacts): boolean {
  if (status !== 'finished' && status !== 'failed' && status !== 'stopped') return false
  const ttl = status === 'finished' ? resultTtl : failureTtl
  if (ttl !== null && ttl !== '') return Number(ttl) >= 0
  // Kept for ever by its worker's default: that is written as an endless, or a negative score.
  // A failed one that is in no registry is filed first.
  if (score === null) return status === 'finished'
  return Number(score) >= 0 && Number.isFinite(Number(score))
}

function waitsFor(parents: readonly (string | null)[]): string {
  const gone = parents.filter((parent) => parent === null).length
  if (parents.length === 0) return 'deferred, and nothing says what for'
  return gone === 0 ? `all ${parents.length} dependencies finished` : `${gone} of ${parents.length} dependencies gone`
}
