/** What Redis should hold of jobs: the state of the model, and the moves that all transitions are made of. */

/** What is known of a time: it lies between these two, both included. */
export interface Span {
  readonly lo: number
  readonly hi: number
}

export const exactly = (value: number): Span => ({ lo: value, hi: value })
/** The whole second, and so many more, of a moment that is known in milliseconds. */
export const secondOf = (now: Span, plusSec = 0): Span => ({
  lo: Math.floor(now.lo / 1000) + plusSec,
  hi: Math.floor(now.hi / 1000) + plusSec,
})
const later = (now: Span, sec: number): Span => ({ lo: now.lo + sec * 1000, hi: now.hi + sec * 1000 })

export const queueNames = ['high', 'low'] as const
export type QueueName = (typeof queueNames)[number]

/** All but the started jobs, whose entries are of executions. */
export const registryNames = ['finished', 'failed', 'deferred', 'scheduled', 'canceled'] as const
export type RegistryName = (typeof registryNames)[number] | 'started'

/** A key that belongs to a job, and when it expires (milliseconds). */
export interface Lasting<T> {
  value: T
  expiry?: Span | undefined
}

/** Fields of a job's hash. Times, payloads and texts are only `set` or empty. */
export type Fields = Record<string, string>

export interface Held {
  readonly execution: string
  readonly jobId: string
  /** Where it came from. */
  readonly queue: QueueName
  /** Where it is filed. */
  readonly origin: QueueName
  /** The place, and RQ's name of it, where the job runs. */
  readonly worker: string
  started: boolean
}

export interface ModelWorker {
  /** Ids of the jobs that it shows as running. */
  running: Set<string>
  current: string | undefined
  /** Undefined until the first job ended there. */
  successful: number | undefined
  failed: number | undefined
  /** It has been shown at a job, or after one. */
  touched: boolean
}

/** A moment, as the clock of Redis read it before and after; milliseconds. */
export type Moment = Span

export class State {
  readonly known = new Set<QueueName>()
  readonly jobs = new Map<string, Lasting<Fields>>()
  readonly lists: Record<QueueName, string[]> = { high: [], low: [] }
  readonly registries = new Map<string, Map<string, Span>>()
  readonly dependents = new Map<string, Lasting<Set<string>>>()
  readonly dependencies = new Map<string, Lasting<Set<string>>>()
  /** Types of the results, the oldest first. */
  readonly results = new Map<string, Lasting<string[]>>()
  readonly executions = new Map<string, Set<string>>()
  readonly groups = new Map<string, Set<string>>()
  readonly groupNames = new Set<string>()
  readonly locks = new Set<QueueName>()
  readonly workers = new Map<string, ModelWorker>()
  held: Held[] = []
  /** Jobs that the last transition queued in an order which nothing determines: the dependents of one parent. */
  released: { queue: QueueName; jobId: string; atFront: boolean }[] = []

  /** Entries of a registry. */
  registry(name: RegistryName, queue: QueueName): Map<string, Span> {
    return getOrMake(this.registries, `${name} ${queue}`, () => new Map<string, Span>())
  }

  status(jobId: string): string | undefined {
    return this.jobs.get(jobId)?.value['status']
  }

  /** An integer field; undefined where the job does not say. */
  int(jobId: string, field: string): number | undefined {
    const text = this.jobs.get(jobId)?.value[field]
    return text === undefined ? undefined : Number(text)
  }

  set(jobId: string, fields: Fields): void {
    Object.assign(this.jobs.get(jobId)!.value, fields)
  }

  queueOf(jobId: string): QueueName {
    return this.jobs.get(jobId)!.value['origin'] as QueueName
  }

  /** `cleanup(ttl)` of wire-format.md, section 0; without a ttl, what lasted for a time lasts for ever. */
  lastFor(jobId: string, sec: number | undefined, now: Moment): void {
    if (sec === 0) {
      this.leaveGroup(jobId)
      this.executions.delete(jobId)
      this.drop(jobId)
      return
    }
    const expiry = sec === undefined || sec < 0 ? undefined : later(now, sec)
    for (const map of [this.jobs, this.dependents, this.dependencies] as Map<string, Lasting<unknown>>[]) {
      const found = map.get(jobId)
      if (found !== undefined) found.expiry = expiry
    }
  }

  drop(jobId: string): void {
    this.jobs.delete(jobId)
    this.dependents.delete(jobId)
    this.dependencies.delete(jobId)
  }

  leaveGroup(jobId: string): void {
    const group = this.jobs.get(jobId)?.value['group_id'] ?? ''
    removeFrom(this.groups, group, jobId)
    // A group goes with its last job.
    if (!this.groups.has(group)) this.groupNames.delete(group)
  }

  /** Put a job on its queue. */
  push(jobId: string, queue: QueueName, atFront: boolean, now: Moment): void {
    this.set(jobId, { status: 'queued', enqueued_at: 'set' })
    this.lastFor(jobId, this.int(jobId, 'ttl'), now)
    this.list(jobId, queue, atFront)
  }

  list(jobId: string, queue: QueueName, atFront: boolean): void {
    this.known.add(queue)
    if (atFront) this.lists[queue].unshift(jobId)
    else this.lists[queue].push(jobId)
  }

  schedule(jobId: string, queue: QueueName, delaySec: number, now: Moment): void {
    this.set(jobId, { status: 'scheduled' })
    this.known.add(queue)
    this.registry('scheduled', queue).set(jobId, secondOf(now, delaySec))
  }

  addResult(jobId: string, type: string, ttlSec: number | undefined, now: Moment): void {
    const results = getOrMake(this.results, jobId, (): Lasting<string[]> => ({ value: [] }))
    results.value.push(type)
    if (ttlSec === undefined) return
    results.expiry = ttlSec < 0 ? undefined : later(now, ttlSec)
    if (ttlSec === 0) this.results.delete(jobId)
  }

  /** Take a job's id off its queue and out of all registries of that. */
  takeOut(jobId: string, queue: QueueName): void {
    this.lists[queue] = this.lists[queue].filter((id) => id !== jobId)
    for (const name of registryNames) this.registry(name, queue).delete(jobId)
    for (const execution of this.executions.get(jobId) ?? []) {
      this.registry('started', queue).delete(`${jobId}:${execution}`)
    }
  }

  worker(name: string): ModelWorker {
    return getOrMake(this.workers, name, () => {
      return { running: new Set(), current: undefined, successful: undefined, failed: undefined, touched: false }
    })
  }
}

export function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

/** Take a member out of a set, which is gone when it is empty. */
export function removeFrom(sets: Map<string, Set<string>>, key: string, member: string): void {
  const found = sets.get(key)
  found?.delete(member)
  if (found?.size === 0) sets.delete(key)
}

/** The same for a set that may expire. */
export function removeFromLasting(sets: Map<string, Lasting<Set<string>>>, key: string, member: string): void {
  const found = sets.get(key)
  found?.value.delete(member)
  if (found?.value.size === 0) sets.delete(key)
}
