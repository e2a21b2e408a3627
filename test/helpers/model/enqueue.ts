/** The model of what producers do: wire-format.md, sections 3.2 and 3.3. */
import { getOrMake, secondOf, type Fields, type Lasting, type Moment, type QueueName, type State } from './state.js'

/** A job that is to be enqueued. Left out: the option is not given. */
export interface JobSpec {
  readonly queue: QueueName
  readonly atFront?: boolean
  readonly ttlSec?: number
  readonly group?: string
  readonly resultTtlSec?: number
  readonly failureTtlSec?: number
  readonly retry?: { readonly max: number; readonly interval: number[]; readonly enqueueAtFront: boolean }
  readonly repeat?: { readonly times: number; readonly interval: number[] }
  /** Ids. Not with `delaySec`. */
  readonly parents: readonly string[]
  readonly allowFailure?: boolean
  readonly parentsAtFront?: boolean
  /** It is scheduled. */
  readonly delaySec?: number
}

/** Enqueue a job, or write over one that exists. */
export function enqueue(state: State, jobId: string, spec: JobSpec, now: Moment): void {
  const { queue, parents } = spec
  const old = state.jobs.get(jobId)
  state.jobs.set(jobId, { value: { ...old?.value, ...newFields(spec) }, expiry: old?.expiry })
  state.known.add(queue)
  if (spec.group !== undefined) {
    state.groupNames.add(spec.group)
    getOrMake(state.groups, spec.group, () => new Set<string>()).add(jobId)
  }
  if (spec.delaySec !== undefined) {
    // A departure that docs/architecture.md states: an old TTL goes, and the new one counts from when it is queued.
    state.lastFor(jobId, undefined, now)
    state.schedule(jobId, queue, spec.delaySec, now)
    return
  }
  if (parents.every((parent) => isMet(state, parent, spec.allowFailure === true))) {
    state.set(jobId, { status: 'queued', enqueued_at: 'set' })
    state.lastFor(jobId, spec.ttlSec, now)
    state.list(jobId, queue, spec.atFront === true || spec.parentsAtFront === true)
    return
  }
  for (const parent of parents) {
    member(state.dependents, parent).add(jobId)
    member(state.dependencies, jobId).add(parent)
  }
  state.set(jobId, { status: 'deferred' })
  state.registry('deferred', queue).set(jobId, secondOf(now))
  state.lastFor(jobId, spec.ttlSec, now)
}

/** A departure that docs/architecture.md states: a parent that has failed is looked at as one that fails later. */
function isMet(state: State, parent: string, lenient: boolean): boolean {
  const status = state.status(parent)
  return status === undefined || status === 'finished' || (lenient && status === 'failed')
}

export function member(sets: Map<string, Lasting<Set<string>>>, key: string): Set<string> {
  return getOrMake(sets, key, () => ({ value: new Set<string>() })).value
}

/** The fields that are written, by wire-format.md, section 2.2. */
export function newFields(spec: JobSpec): Fields {
  const { queue, group = '', ttlSec, resultTtlSec, failureTtlSec, retry, repeat, parents } = spec
  const isPlain = spec.delaySec === undefined && parents.length === 0
  const fields: Record<string, string | number | undefined> = {
    created_at: 'set',
    data: 'set',
    description: 'set',
    success_callback_name: '',
    failure_callback_name: '',
    stopped_callback_name: '',
    started_at: '',
    ended_at: '',
    last_heartbeat: '',
    worker_name: '',
    group_id: group,
    origin: queue,
    timeout: 180,
    result_ttl: resultTtlSec,
    failure_ttl: failureTtlSec,
    ttl: ttlSec,
    enqueued_at: isPlain ? 'set' : undefined,
    dependency_ids: parents.length > 0 ? `["${parents.join('", "')}"]` : undefined,
    dependency_id: parents[0],
    allow_dependency_failures: spec.allowFailure === true && parents.length > 0 ? 1 : undefined,
    // Only for jobs that are moved to their queue later.
    enqueue_at_front: !isPlain && (spec.atFront === true || spec.parentsAtFront === true) ? 1 : undefined,
    retries_left: retry?.max,
    retry_intervals: retry === undefined ? undefined : `[${retry.interval.join(', ')}]`,
    enqueue_at_front_on_retry: retry?.enqueueAtFront === true ? 1 : undefined,
    repeats_left: repeat?.times,
    repeat_intervals: repeat === undefined ? undefined : `[${repeat.interval.join(', ')}]`,
  }
  const given = Object.entries(fields).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given.map(([field, value]) => [field, String(value)]))
}
