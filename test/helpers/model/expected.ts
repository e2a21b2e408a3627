/** The whole database as the model expects it. */
import type { Keys } from '../../../src/redis/keys.js'
import { registryNames, queueNames, type Lasting, type ModelWorker, type Span, type State } from './state.js'

/** One key. `expiry`: a span of milliseconds, `some` for any, undefined for none. */
export interface ExpectedKey {
  readonly type: 'hash' | 'list' | 'set' | 'zset' | 'stream' | 'string'
  readonly expiry: Span | 'some' | undefined
  /** Of a sorted set, spans by member; sets are sorted. */
  readonly content: string | readonly string[] | Readonly<Record<string, string>> | ReadonlyMap<string, Span>
}

/** Who holds jobs, and under what names. */
export interface Holder {
  readonly supervisorId: string
  /** Until when, milliseconds. */
  readonly lease: Span
  readonly workers: readonly string[]
  readonly workerFields: Readonly<Record<string, string>>
  readonly supervisorFields: Readonly<Record<string, string>>
  readonly scheduler: { readonly name: string; readonly fields: Readonly<Record<string, string>> }
}

/** Every key that there should be. */
export function expectedKeys(state: State, keys: Keys, holder: Holder): Map<string, ExpectedKey> {
  const all = new Map<string, ExpectedKey>()
  const put = (
    key: string,
    type: ExpectedKey['type'],
    content: ExpectedKey['content'],
    expiry?: Span | 'some',
  ): void => {
    const size = content instanceof Map ? content.size : Object.keys(content).length
    if (size > 0) all.set(key, { type, content, expiry })
  }
  putJobs(state, keys, put)
  put(keys.queues, 'set', [...state.known].map(keys.queue).sort())
  put(keys.groups, 'set', [...state.groupNames].sort())
  for (const [group, ids] of state.groups) put(keys.group(group), 'set', [...ids].sort())
  for (const queue of queueNames) {
    put(keys.queue(queue), 'list', state.lists[queue])
    put(keys.started(queue), 'zset', state.registry('started', queue))
    for (const name of registryNames) put(keys[name](queue), 'zset', state.registry(name, queue))
    if (state.locks.has(queue)) put(keys.schedulerLock(queue), 'string', holder.scheduler.name, 'some')
  }
  putHolder(state, keys, holder, put)
  return all
}

type Put = (key: string, type: ExpectedKey['type'], content: ExpectedKey['content'], expiry?: Span | 'some') => void

function putJobs(state: State, keys: Keys, put: Put): void {
  for (const [id, { value, expiry }] of state.jobs) put(keys.job(id), 'hash', value, expiry)
  const sets: [Map<string, Lasting<Set<string>>>, (id: string) => string][] = [
    [state.dependents, keys.dependents],
    [state.dependencies, keys.dependencies],
  ]
  for (const [map, key] of sets) {
    for (const [id, { value, expiry }] of map) put(key(id), 'set', [...value].sort(), expiry)
  }
  for (const [id, { value, expiry }] of state.results) put(keys.results(id), 'stream', value, expiry)
  for (const [id, executions] of state.executions) {
    put(keys.executions(id), 'zset', new Map([...executions].map((one) => [one, anyScore])), 'some')
    for (const one of executions) {
      const worker = state.held.find(({ execution }) => execution === one)?.worker ?? ''
      const fields = { id: one, job_id: id, created_at: 'set', last_heartbeat: 'set', worker_name: worker }
      put(keys.execution(id, one), 'hash', fields, 'some')
    }
  }
}

const anyScore: Span = { lo: -Infinity, hi: Infinity }

function putHolder(state: State, keys: Keys, holder: Holder, put: Put): void {
  const { supervisorId, lease, workers, workerFields, supervisorFields, scheduler } = holder
  const claims = state.held.map(({ execution, jobId, queue }) => [execution, `${jobId} of ${queue}`])
  put(keys.claims(supervisorId), 'hash', Object.fromEntries(claims) as Record<string, string>)
  put(keys.supervisors, 'zset', new Map([[supervisorId, lease]]))
  put(keys.supervisor(supervisorId), 'hash', supervisorFields)
  const workerKeys = workers.map(keys.worker).sort()
  put(keys.workers, 'set', workerKeys)
  for (const queue of queueNames) put(keys.queueWorkers(queue), 'set', workerKeys)
  for (const name of workers) {
    const worker = state.worker(name)
    put(keys.worker(name), 'hash', { ...workerFields, ...fieldsOf(worker) }, 'some')
    put(keys.workerExecutions(name), 'set', [...worker.running].sort(), 'some')
  }
  if (state.locks.size === 0) return
  const fields = { ...scheduler.fields, name: scheduler.name, queues: 'set', last_heartbeat: 'set' }
  put(keys.scheduler(scheduler.name), 'hash', fields, 'some')
}

function fieldsOf({ current, successful, failed, touched }: ModelWorker): Record<string, string> {
  const fields: Record<string, string> = { state: current === undefined ? 'idle' : 'busy' }
  if (current !== undefined) fields['current_job'] = current
  if (touched) fields['current_job_working_time'] = '0'
  if (successful !== undefined) fields['successful_job_count'] = String(successful)
  if (failed !== undefined) fields['failed_job_count'] = String(failed)
  if ((successful ?? failed) !== undefined) fields['total_working_time'] = 'set'
  return fields
}
