import type { Keys } from '../redis/keys.js'
import type { KeyFamily } from '../redis/key-family.js'
import { suspect, type Suspect } from './suspect.js'

const types: Partial<Record<KeyFamily['family'], string>> = {
  job: 'hash',
  dependents: 'set',
  dependencies: 'set',
  results: 'stream',
  executions: 'zset',
  execution: 'hash',
  queue: 'list',
  intermediate: 'list',
  queueWorkers: 'set',
  worker: 'hash',
  workerExecutions: 'set',
  claims: 'hash',
  supervisor: 'hash',
  wip: 'zset',
  finished: 'zset',
  failed: 'zset',
  deferred: 'zset',
  scheduled: 'zset',
  canceled: 'zset',
}

/** Written together with their expiry, which each sign of life renews. */
const signs: readonly KeyFamily['family'][] = ['executions', 'execution', 'worker', 'workerExecutions', 'lock']
/** What a job leaves behind that is gone. */
const leavings: readonly KeyFamily['family'][] = ['dependents', 'dependencies', 'results']

/** What was read of one key. */
export interface KeyFacts {
  readonly key: string
  readonly type: string
  readonly expires: boolean
  /** Whether the job that it hangs on is there. */
  readonly hasJob: boolean
}

/** What looks wrong with a key as a whole. */
export function judgeKey(facts: KeyFacts, { family, id, queue }: KeyFamily): Suspect[] {
  const { key, type, expires, hasJob } = facts
  // It has expired meanwhile.
  if (type === 'none') return []
  const own = { key, id, queue }
  const expected = types[family]
  if (expected !== undefined && type !== expected) {
    return [suspect({ ...own, kind: 'key-of-wrong-type', place: expected, found: `a ${type}, not a ${expected}` })]
  }
  if (expires) return []
  if (signs.includes(family)) return [suspect({ ...own, kind: 'never-expires', place: 'sign', found: 'no expiry' })]
  if (leavings.includes(family) && !hasJob) {
    return [suspect({ ...own, kind: 'never-expires', place: 'left', found: 'no expiry, and the job is gone' })]
  }
  return []
}

/** What looks wrong with a supervisor of ours. `leaseEnd`: null where it has no lease. */
export function judgeSupervisor(id: string, leaseEnd: number | null, nowMs: number, keys: Keys): Suspect[] {
  if (leaseEnd !== null && leaseEnd > nowMs) return []
  const found = leaseEnd === null ? 'it has no lease' : 'its lease has run out'
  return [suspect({ kind: 'daemon-dead', key: keys.supervisors, id, entry: id, found })]
}
