/** The model of what Python RQ 1.13 does where it differs from ours: wire-format.md, sections 3.2, 3.3, 3.9 and 3.11. */
import { registryOf, type Reply } from './act.js'
import { member, newFields, type JobSpec } from './enqueue.js'
import { release } from './run.js'
import { secondOf, type Moment, type State } from './state.js'

/** Enqueue a job under a new id, without group, retry, repeat or time. */
export function enqueue(state: State, jobId: string, spec: JobSpec, now: Moment): void {
  const { queue, parents } = spec
  const { group_id: _, stopped_callback_name: __, ...fields } = newFields(spec)
  // Written for every job that has dependencies, also where they say no.
  if (parents.length > 0) {
    fields['allow_dependency_failures'] = spec.allowFailure === true ? '1' : '0'
    fields['enqueue_at_front'] = spec.parentsAtFront === true ? '1' : '0'
  }
  state.jobs.set(jobId, { value: fields })
  // Whether it allows failures is not looked at.
  const isMet = parents.every((parent) => [undefined, 'finished'].includes(state.status(parent)))
  if (isMet) {
    state.set(jobId, { status: 'queued', enqueued_at: 'set' })
    state.lastFor(jobId, spec.ttlSec, now)
    state.list(jobId, queue, spec.atFront === true)
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

/** True where 1.13 releases the dependents that ours does: it looks at neither their status nor whether a parent was stopped. */
export function releasesAlike(state: State, jobId: string): boolean {
  return [...(state.dependents.get(jobId)?.value ?? [])].every((child) => {
    const others = [...(state.dependencies.get(child)?.value ?? [])]
    return state.status(child) === 'deferred' && !others.some((other) => state.status(other) === 'stopped')
  })
}

export function cancel(state: State, jobId: string, enqueueDependents: boolean, now: Moment): Reply {
  if (state.status(jobId) === 'canceled') return 'refused'
  if (enqueueDependents) release(state, jobId, 'finished', now)
  takeOutOnce(state, jobId)
  state.set(jobId, { status: 'canceled' })
  state.registry('canceled', state.queueOf(jobId)).set(jobId, secondOf(now))
  return 'done'
}

/** Its results, its group and the notes among its parents' dependents stay. */
export function deleteJob(state: State, jobId: string): Reply {
  takeOutOnce(state, jobId)
  state.drop(jobId)
  return 'done'
}

/** It keeps its failure TTL while it waits. */
export function requeue(state: State, jobId: string, atFront: boolean, now: Moment): Reply {
  const queue = state.queueOf(jobId)
  if (!state.registry('failed', queue).delete(jobId)) return 'refused'
  const fields = { started_at: '', ended_at: '', exc_info: 'set', status: 'queued', enqueued_at: 'set' }
  state.set(jobId, fields)
  const ttlSec = state.int(jobId, 'ttl')
  if (ttlSec !== undefined) state.lastFor(jobId, ttlSec, now)
  state.list(jobId, queue, atFront)
  return 'done'
}

/** One id on its list, and the entry in the registry that its status says. */
function takeOutOnce(state: State, jobId: string): void {
  const queue = state.queueOf(jobId)
  const at = state.lists[queue].indexOf(jobId)
  if (at >= 0) state.lists[queue].splice(at, 1)
  const registry = registryOf[state.status(jobId) ?? '']
  if (registry !== undefined) state.registry(registry, queue).delete(jobId)
}
