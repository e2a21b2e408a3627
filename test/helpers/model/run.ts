/** The model of what workers and schedulers do: wire-format.md, sections 3.4 to 3.10 and 3.12. */
import {
  exactly,
  getOrMake,
  queueNames,
  removeFrom,
  removeFromLasting,
  secondOf,
  type Held,
  type Moment,
  type QueueName,
  type State,
} from './state.js'

const DEFAULT_RESULT_TTL_SEC = 500
const DEFAULT_FAILURE_TTL_SEC = 31_536_000
/** How long an execution counts as running. */
export const MARK_SEC = 90

export type End = 'returned' | 'raised' | 'stopped' | 'interrupted'

/** Take up to `limit` jobs off the queues. @returns ids and the queues that they come from */
export function claim(state: State, limit: number): { jobId: string; queue: QueueName }[] {
  const taken: { jobId: string; queue: QueueName }[] = []
  for (const queue of queueNames) {
    while (taken.length < limit) {
      const jobId = state.lists[queue].shift()
      if (jobId === undefined) break
      const status = state.status(jobId)
      // A departure that docs/architecture.md states: a canceled job that lies on a list is dropped.
      if (status === undefined || status === 'canceled') continue
      state.lastFor(jobId, undefined, exactly(0))
      taken.push({ jobId, queue })
    }
  }
  return taken
}

export function start(state: State, held: Held, now: Moment): void {
  const { jobId, execution, worker } = held
  if (!state.jobs.has(jobId)) return
  held.started = true
  const queue = state.queueOf(jobId)
  getOrMake(state.executions, jobId, () => new Set<string>()).add(execution)
  state.registry('started', queue).set(`${jobId}:${execution}`, secondOf(now, MARK_SEC))
  state.registry('canceled', queue).delete(jobId)
  state.set(jobId, { status: 'started', started_at: 'set', last_heartbeat: 'set', worker_name: worker })
  state.lastFor(jobId, undefined, now)
  const shown = state.worker(worker)
  shown.running.add(`${jobId}:${execution}`)
  shown.current = jobId
  shown.touched = true
}

/** A held job has ended. */
export function settle(state: State, held: Held, end: End, now: Moment): void {
  const { jobId } = held
  state.held = state.held.filter((one) => one !== held)
  unmark(state, held)
  if (end === 'interrupted') handBack(state, held, now)
  else {
    const retries = state.int(jobId, 'retries_left') ?? 0
    count(state, held.worker, end === 'returned' ? 'successful' : 'failed')
    if (!state.jobs.has(jobId)) return
    if (end === 'returned') finish(state, held, now)
    else if (end === 'raised' && retries > 0) retry(state, jobId, retries, now)
    else fail(state, held, end === 'stopped' ? 'stopped' : 'failed', now)
  }
}

function unmark(state: State, { jobId, execution, worker, origin, started }: Held): void {
  if (!started) return
  removeFrom(state.executions, jobId, execution)
  state.registry('started', origin).delete(`${jobId}:${execution}`)
  state.worker(worker).running.delete(`${jobId}:${execution}`)
}

function count(state: State, worker: string, what: 'successful' | 'failed'): void {
  const shown = state.worker(worker)
  shown[what] = (shown[what] ?? 0) + 1
  shown.current = undefined
  shown.touched = true
}

/** Section 3.7, and 3.12 where it runs again. */
function finish(state: State, { jobId, worker }: Held, now: Moment): void {
  const queue = state.queueOf(jobId)
  const status = state.status(jobId) ?? ''
  const wasCanceled = status === 'canceled'
  const repeats = wasCanceled ? 0 : (state.int(jobId, 'repeats_left') ?? 0)
  const ttlSec = state.int(jobId, 'result_ttl') ?? DEFAULT_RESULT_TTL_SEC
  // It was canceled or has failed in other hands while it ran here: that is over.
  if (status !== 'queued' && status !== 'started') {
    state.registry('canceled', queue).delete(jobId)
    state.registry('failed', queue).delete(jobId)
  }
  release(state, jobId, 'finished', now)
  if (ttlSec !== 0) {
    state.set(jobId, { status: 'finished', started_at: 'set', ended_at: 'set', last_heartbeat: 'set' })
    state.set(jobId, { worker_name: worker })
    state.addResult(jobId, '1', ttlSec, now)
    state.registry('finished', queue).set(jobId, ttlSec < 0 ? exactly(Infinity) : secondOf(now, ttlSec))
  }
  if (repeats <= 0) {
    state.lastFor(jobId, ttlSec, now)
    return
  }
  const intervals = intervalsOf(state, jobId, 'repeat_intervals')
  const delaySec = intervals[Math.min(repeats - 1, intervals.length - 1)] ?? 0
  state.set(jobId, { repeats_left: String(repeats - 1) })
  again(state, jobId, delaySec, false, now)
}

/** Section 3.10. A canceled job is not tried again. */
function retry(state: State, jobId: string, retries: number, now: Moment): void {
  if (state.status(jobId) === 'canceled') return
  const intervals = intervalsOf(state, jobId, 'retry_intervals')
  const delaySec = intervals[Math.max(intervals.length - retries, 0)] ?? 0
  state.set(jobId, { retries_left: String(retries - 1), ended_at: 'set', last_heartbeat: 'set' })
  again(state, jobId, delaySec, state.int(jobId, 'enqueue_at_front_on_retry') === 1, now)
}

function again(state: State, jobId: string, delaySec: number, atFront: boolean, now: Moment): void {
  const queue = state.queueOf(jobId)
  if (delaySec > 0) state.schedule(jobId, queue, delaySec, now)
  else state.push(jobId, queue, atFront, now)
}

function intervalsOf(state: State, jobId: string, field: string): number[] {
  return JSON.parse(state.jobs.get(jobId)!.value[field] ?? '[]') as number[]
}

/** Section 3.8. */
function fail(state: State, { jobId, worker }: Held, status: 'failed' | 'stopped', now: Moment): void {
  const queue = state.queueOf(jobId)
  const ownTtlSec = state.int(jobId, 'failure_ttl')
  const ttlSec = ownTtlSec ?? DEFAULT_FAILURE_TTL_SEC
  state.registry('canceled', queue).delete(jobId)
  state.set(jobId, { status, started_at: 'set', ended_at: 'set', last_heartbeat: 'set', worker_name: worker })
  if (status === 'failed') release(state, jobId, 'failed', now)
  state.lastFor(jobId, ttlSec, now)
  state.registry('failed', queue).set(jobId, ttlSec < 0 ? exactly(-1) : secondOf(now, ttlSec))
  state.addResult(jobId, '2', ownTtlSec, now)
}

function handBack(state: State, { jobId, queue, worker, started }: Held, now: Moment): void {
  if (started) state.worker(worker).current = undefined
  const status = state.status(jobId)
  if (status === undefined || status === 'canceled') return
  state.set(jobId, { started_at: '', worker_name: '' })
  state.push(jobId, queue, true, now)
}

/** Section 3.9, as RQ 2.8 and later: queue the dependents that have waited for this job alone. */
export function release(state: State, parent: string, outcome: 'finished' | 'failed', now: Moment): void {
  for (const child of [...(state.dependents.get(parent)?.value ?? [])]) {
    if (!state.jobs.has(child)) removeFromLasting(state.dependents, parent, child)
    const lenient = state.int(child, 'allow_dependency_failures') === 1
    const others = [...(state.dependencies.get(child)?.value ?? [])].filter((other) => other !== parent)
    const met = others.every((other) => {
      const status = state.status(other)
      return status === undefined || status === 'finished' || (lenient && status === 'failed')
    })
    if (state.status(child) !== 'deferred' || !met || (outcome === 'failed' && !lenient)) continue
    removeFromLasting(state.dependents, parent, child)
    const queue = state.queueOf(child)
    const atFront = state.int(child, 'enqueue_at_front') === 1
    state.registry('deferred', queue).delete(child)
    state.push(child, queue, atFront, now)
    state.released.push({ queue, jobId: child, atFront })
  }
}

/** Section 8: queue up to `limit` jobs of a queue that are due. */
export function promote(state: State, queue: QueueName, limit: number, now: Moment): void {
  state.locks.add(queue)
  const scheduled = state.registry('scheduled', queue)
  const due = [...scheduled].filter(([, { hi }]) => hi < now.lo / 1000)
  due.sort(([a, { lo: first }], [b, { lo: second }]) => first - second || (a < b ? -1 : 1))
  for (const [jobId, { lo }] of due.slice(0, limit)) {
    const looks = Math.round((lo % 1) * 10) + 1
    if (!state.jobs.has(jobId) && looks < 5) {
      const { lo: from, hi: to } = secondOf(now, 2)
      scheduled.set(jobId, { lo: from + looks / 10, hi: to + looks / 10 })
      continue
    }
    scheduled.delete(jobId)
    if (!state.jobs.has(jobId) || state.status(jobId) === 'canceled') continue
    const ran = state.jobs.get(jobId)!.value['started_at'] !== ''
    const isRetry = ran && state.int(jobId, 'enqueue_at_front_on_retry') === 1
    state.push(jobId, queue, state.int(jobId, 'enqueue_at_front') === 1 || isRetry, now)
  }
}
