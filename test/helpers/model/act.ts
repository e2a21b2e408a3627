/** The model of what is done to jobs at rest: wire-format.md, section 3.11. */
import { release } from './run.js'
import { removeFromLasting, secondOf, type Moment, type QueueName, type RegistryName, type State } from './state.js'

export type Reply = 'done' | 'refused' | 'missing'

export function cancel(state: State, jobId: string, enqueueDependents: boolean, now: Moment): Reply {
  const status = state.status(jobId)
  if (status === undefined) return 'missing'
  if (status === 'canceled') return 'refused'
  const queue = state.queueOf(jobId)
  state.set(jobId, { status: 'canceled' })
  state.takeOut(jobId, queue)
  state.registry('canceled', queue).set(jobId, secondOf(now))
  if (enqueueDependents) release(state, jobId, 'finished', now)
  return 'done'
}

/** Delete a job with its results, and where asked all that waits for it. @returns how many there were */
export function deleteJob(state: State, jobId: string, withDependents: boolean): number {
  const otherwise = state.queueOf(jobId)
  const ids = new Set([jobId])
  let deleted = 0
  for (const id of ids) {
    const exists = state.jobs.has(id)
    if (withDependents) for (const child of state.dependents.get(id)?.value ?? []) ids.add(child)
    state.takeOut(id, exists ? state.queueOf(id) : otherwise)
    for (const parent of state.dependencies.get(id)?.value ?? []) removeFromLasting(state.dependents, parent, id)
    state.leaveGroup(id)
    state.executions.delete(id)
    state.results.delete(id)
    state.drop(id)
    if (exists) deleted += 1
  }
  return deleted
}

export function requeue(state: State, jobId: string, queue: QueueName, atFront: boolean, now: Moment): Reply {
  if (!state.registry('failed', queue).delete(jobId)) return 'refused'
  if (!state.jobs.has(jobId)) return 'missing'
  state.set(jobId, { started_at: '', ended_at: '', exc_info: 'set' })
  state.push(jobId, queue, atFront, now)
  return 'done'
}

/** Where a job stands, by its status. */
export const registryOf: Readonly<Record<string, RegistryName>> = {
  finished: 'finished',
  failed: 'failed',
  stopped: 'failed',
  deferred: 'deferred',
  scheduled: 'scheduled',
  canceled: 'canceled',
  started: 'started',
}

/** Take a job out of a registry, and where asked delete it as RQ does. @returns whether it was there */
export function removeEntry(
  state: State,
  name: RegistryName,
  queue: QueueName,
  jobId: string,
  options: { deleteJob: boolean },
): boolean {
  const executions = [...(state.executions.get(jobId) ?? [])]
  const taken = take(state, name, queue, jobId, executions)
  if (!options.deleteJob || !state.jobs.has(jobId)) return taken
  const status = state.status(jobId) ?? ''
  const origin = state.queueOf(jobId)
  const at = status === 'queued' ? state.lists[origin].indexOf(jobId) : -1
  if (at >= 0) state.lists[origin].splice(at, 1)
  const registry = registryOf[status]
  if (registry !== undefined) take(state, registry, origin, jobId, executions)
  state.leaveGroup(jobId)
  state.executions.delete(jobId)
  state.drop(jobId)
  return taken
}

function take(
  state: State,
  name: RegistryName,
  queue: QueueName,
  jobId: string,
  executions: readonly string[],
): boolean {
  const entries = state.registry(name, queue)
  const members = name === 'started' ? executions.map((execution) => `${jobId}:${execution}`) : [jobId]
  return members.filter((member) => entries.delete(member)).length > 0
}

/** `rq empty`. @returns how many ids there were */
export function empty(state: State, queue: QueueName): number {
  const ids = state.lists[queue].splice(0)
  for (const id of ids) {
    state.jobs.delete(id)
    state.dependents.delete(id)
  }
  return ids.length
}

/** The keys of a job that expire are gone. @returns which: the job itself, its dependents, its dependencies */
export function expire(state: State, jobId: string): ('job' | 'dependents' | 'dependencies')[] {
  const maps = { job: state.jobs, dependents: state.dependents, dependencies: state.dependencies }
  const gone = (['job', 'dependents', 'dependencies'] as const).filter((kind) => {
    return maps[kind].get(jobId)?.expiry !== undefined
  })
  for (const kind of gone) maps[kind].delete(jobId)
  return gone
}
