/** A database and a model of it: what is done is done to both. */
import type { Redis } from 'ioredis'
import { dependency, Job, Queue, type JobOptions } from '../../../src/index.js'
import { systemClock } from '../../../src/clock.js'
import { defaultSettlePolicy, settle, type Outcome } from '../../../src/job/settle.js'
import { silentLogger } from '../../../src/logger.js'
import type { Keys } from '../../../src/redis/keys.js'
import { promote } from '../../../src/redis/scheduler-store.js'
import { newCounters } from '../../../src/worker/counters.js'
import { holdJob, type HeldJob } from '../../../src/worker/held-job.js'
import { Settler } from '../../../src/worker/settler.js'
import { Factory, markSec, nowIso, workerFields, workerTtlSec } from '../factory.js'
import { differences } from './compare.js'
import { enqueue, type JobSpec } from './enqueue.js'
import { expectedKeys, type Holder } from './expected.js'
import { observedKeys } from './observed.js'
import * as run from './run.js'
import { exactly, queueNames, State, type Held, type Moment, type QueueName } from './state.js'

const supervisorId = 'sup'
const workers = ['sup.1', 'sup.2', 'sup.3']
const LEASE_MS = 3_600_000
const LOCK_SEC = 3_600
const scheduler = { name: '17', fields: { hostname: 'box' } }

const outcomes: Readonly<Record<run.End, Outcome>> = {
  returned: { kind: 'returned', value: Buffer.from('3') },
  raised: { kind: 'raised', text: 'Error: on purpose' },
  stopped: { kind: 'stopped', text: 'Job stopped by user, work-horse terminated.' },
  interrupted: { kind: 'interrupted' },
}

export class World {
  readonly state = new State()
  readonly client: Redis
  readonly keys: Keys
  readonly queues: Readonly<Record<QueueName, Queue>>
  readonly #make: Factory
  readonly #settler: Settler
  readonly #jobs = new Map<string, HeldJob>()
  readonly #holder: Holder
  #lastMs: number

  private constructor(client: Redis, make: Factory, nowMs: number, holder: Holder) {
    this.#lastMs = nowMs
    this.client = client
    this.keys = make.keys
    this.#make = make
    this.#holder = holder
    const options = { connection: client }
    this.queues = { high: new Queue('high', options), low: new Queue('low', options) }
    const { store } = make
    this.#settler = new Settler({ store, clock: systemClock, logger: silentLogger, counters: newCounters() })
  }

  /** Begin with an empty database, but for one supervisor. */
  static async begin(client: Redis): Promise<World> {
    await client.flushall()
    const make = new Factory(client)
    const queues = [...queueNames]
    const fromMs = await timeMs(client)
    await make.register(supervisorId, { workers: workers.length, queues, leaseMs: LEASE_MS })
    const toMs = await timeMs(client)
    return new World(client, make, toMs, {
      supervisorId,
      workers,
      scheduler,
      lease: { lo: fromMs + LEASE_MS, hi: toMs + LEASE_MS },
      workerFields: { ...workerFields(supervisorId, queues), queues: 'set', birth: 'set', last_heartbeat: 'set' },
      supervisorFields: { host: 'box', pid: '42' },
    })
  }

  /** Compare all keys. @throws Error that lists what differs */
  async check(): Promise<void> {
    const observed = await observedKeys(this.client)
    for (const queue of queueNames) {
      const found = observed.get(this.keys.queue(queue))?.content
      this.#orderReleased(queue, (found as string[] | undefined) ?? [])
    }
    this.state.released = []
    const found = differences(observed, expectedKeys(this.state, this.keys, this.#holder))
    if (found.length > 0) throw new Error(found.join('\n'))
  }

  async enqueue(jobId: string, spec: JobSpec): Promise<void> {
    const queue = this.queues[spec.queue].with(optionsOf(jobId, spec))
    const now = await this.during(() => {
      const { delaySec } = spec
      return delaySec === undefined ? queue.enqueue('tasks.add', 1) : queue.enqueueIn(delaySec, 'tasks.add', 1)
    })
    enqueue(this.state, jobId, spec, now)
  }

  /** Take jobs, at most as many as there are workers that hold none. @returns the first */
  async claim(most: number): Promise<Held | undefined> {
    const free = workers.filter((name) => !this.state.held.some(({ worker }) => worker === name))
    const limit = Math.min(most, free.length)
    if (limit === 0) return undefined
    const claims = await this.#make.claim(supervisorId, queueNames, limit)
    const ids = (list: readonly { jobId: string; queue: string }[]): string =>
      list.map(({ jobId, queue }) => `${jobId} of ${queue}`).join()
    same('claimed', ids(claims), ids(run.claim(this.state, limit)))
    const taken = claims.map((claim, i): Held => {
      const { execution, jobId } = claim
      const job = holdJob(claim, supervisorId)
      this.#jobs.set(execution, job)
      const [queue, origin] = [claim.queue, job.origin] as QueueName[]
      return { execution, jobId, queue: queue!, origin: origin!, worker: free[i]!, started: false }
    })
    this.state.held.push(...taken)
    return taken[0]
  }

  async start(held: Held): Promise<void> {
    const { execution, jobId, origin, worker } = held
    const record = { execution, jobId, queue: origin, worker, startedAt: nowIso, markSec }
    this.#jobs.get(execution)!.shown = true
    const now = await this.during(() => this.#make.store.start(supervisorId, workerTtlSec, [record]))
    run.start(this.state, held, now)
  }

  /** End a held job, as the settler of a daemon does it. */
  async settle(held: Held, end: run.End): Promise<void> {
    const job = this.#jobs.get(held.execution)!
    const settlement = settle(job.hash, outcomes[end], 0, defaultSettlePolicy)
    const worker = end === 'interrupted' && !held.started ? '' : held.worker
    const atMs = systemClock.epochMs()
    const now = await this.during(async () => {
      this.#settler.settle({ job, settlement, worker, startedAtMs: atMs, endedAtMs: atMs })
      same('not settled', await this.#settler.drain(10_000), 0)
    })
    run.settle(this.state, held, end, now)
  }

  /** Let time pass for some of the scheduled jobs, and the scheduler look. */
  async promote(queue: QueueName, which: number, limit: number): Promise<void> {
    const scheduled = this.state.registry('scheduled', queue)
    for (const [i, jobId] of [...scheduled.keys()].entries()) {
      if ((which + i) % 3 === 0) continue
      const due = 1 + ((which + i) % 2)
      scheduled.set(jobId, exactly(due))
      await this.client.zadd(this.keys.scheduled(queue), due, jobId)
    }
    const call = { queues: [queue], ttlSec: LOCK_SEC, nowIso, limit }
    const now = await this.during(() => promote(this.client, this.keys, scheduler, call))
    run.promote(this.state, queue, limit, now)
  }

  fetch(jobId: string): Promise<Job> {
    return Job.fetch(jobId, { connection: this.client })
  }

  /** When something was done, by the clock of Redis. What was done before ended when that was looked at last. */
  async during(what: () => Promise<unknown>): Promise<Moment> {
    const lo = this.#lastMs
    await what()
    this.#lastMs = await timeMs(this.client)
    return { lo, hi: this.#lastMs }
  }

  /** Give the dependents that one parent has released the order that Redis gave them: that of a set. */
  #orderReleased(queue: QueueName, found: readonly string[]): void {
    const list = this.state.lists[queue]
    for (const atFront of [true, false]) {
      const ids = this.state.released.filter((one) => one.queue === queue && one.atFront === atFront)
      const places = ids.map(({ jobId }) => list.indexOf(jobId)).sort((a, b) => a - b)
      const ordered = found.filter((id) => ids.some(({ jobId }) => jobId === id))
      if (ordered.length === places.length) places.forEach((place, i) => (list[place] = ordered[i]!))
    }
  }
}

async function timeMs(client: Redis): Promise<number> {
  const [sec, micros] = (await client.time()).map(Number)
  return sec! * 1000 + Math.floor(micros! / 1000)
}

function optionsOf(jobId: string, spec: JobSpec): JobOptions {
  const { atFront, ttlSec, group, resultTtlSec, failureTtlSec, retry, repeat, parents } = spec
  const { allowFailure = false, parentsAtFront = false } = spec
  const options = {
    jobId,
    atFront,
    ttl: ttlSec,
    group,
    resultTtl: resultTtlSec,
    failureTtl: failureTtlSec,
    retry,
    repeat,
    dependsOn:
      parents.length === 0 ? undefined : dependency({ jobs: parents, allowFailure, enqueueAtFront: parentsAtFront }),
  }
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
}

/** @throws Error where the database said something else than the model */
export function same(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: ${String(found)}; expected ${String(expected)}`)
}
