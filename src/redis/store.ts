import type { Redis } from 'ioredis'
import { DuplicateJobError, RqdError } from '../errors.js'
import { rqDefaults } from '../rq-defaults.js'
import { readClaims, type ClaimCall, type ClaimReply, type SkipReason } from './claims.js'
import { DEFAULT_COMPAT, type Compat } from './compat.js'
import type { Keys } from './keys.js'
import type { PackedArgument } from './pack-texts.js'
import { ANSWER_TTL_MS, type Beat, type BeatReply, type Registration } from './lease.js'
import { packJob, packJobs, type NewJob } from './pack-job.js'
import { asInteger, asList, asText, packRecords, runScript, type RawReply, type ScriptArgument } from './script.js'
import { scripts } from './scripts.js'

export type { Beat, BeatReply, Registration } from './lease.js'
export type { Claim, ClaimCall, ClaimReply, SkipReason } from './claims.js'

/**
 * What a script says of one job: whether it was done, and if not why. `lost`: the claim is held no longer. `refused`:
 * the key of the queue holds something else; the claim stands, so that the call can be made again.
 */
export type StartReply = 'started' | 'lost' | 'gone'
export type SettleReply =
  'finished' | 'failed' | 'retried' | 'handed-back' | 'canceled' | 'repeated' | 'lost' | 'gone' | 'refused'
/** Where a new job is: on its queue, among the deferred jobs, or among the scheduled ones. */
export type JobPlace = 'enqueued' | 'deferred' | 'scheduled'
/** `held-back`: another job of the same call was refused. `refused`: why. Nothing of the job is written then. */
export type EnqueueReply = JobPlace | 'exists' | 'held-back' | { readonly refused: string }
export type RequeueReply = 'requeued' | 'not-failed' | 'missing'

/** A queue at a glance. `depth` -1: the key holds something else. */
export interface QueueSummary {
  readonly queue: string
  readonly depth: number
  /** When its first job was put on it (RQ's ISO text); empty if unknown. */
  readonly oldestEnqueuedAt: string
}

const enqueueReplies = new Map<number, EnqueueReply>([
  [1, 'enqueued'],
  [2, 'deferred'],
  [3, 'scheduled'],
  [0, 'exists'],
])

type Records<S extends { record: readonly string[] }> = readonly Record<S['record'][number], ScriptArgument>[]

/** Records of jobs that have ended. `shown` 0: no start was ever sent for this execution. Left out, it may have been. */
type EndRecords<S extends { record: readonly string[] }> = readonly (Omit<
  Record<S['record'][number], PackedArgument>,
  'shown' | 'repeat'
> & {
  readonly shown?: 0 | 1
  /** For jobs that go well: '' or left out, they do not run again. */
  readonly repeat?: string
})[]

/** Every transition of a job or a worker, one script each. The only way in which rqd writes RQ's data. */
export class Store {
  readonly redis: Redis
  readonly keys: Keys
  readonly compat: Compat

  constructor(redis: Redis, keys: Keys, compat: Compat = DEFAULT_COMPAT) {
    this.redis = redis
    this.keys = keys
    this.compat = compat
  }

  /** Put a job on a queue. @returns 'exists' if it is `unique` and its id exists already. @throws RqdError RQD_REDIS */
  async enqueue(job: NewJob): Promise<JobPlace | 'exists'> {
    const [reply] = await this.enqueuePacked([packJob(job)], true)
    if (reply === undefined || reply === 'held-back' || typeof reply === 'object') throw refusedJob(job.jobId, reply)
    return reply
  }

  /**
   * Put jobs on queues. One reply per job, in order.
   * @param jobs what `packJob` makes; a few hundred, since Redis does nothing else meanwhile
   * @param allOrNone where one is refused, write nothing
   */
  async enqueuePacked(jobs: readonly Uint8Array[], allOrNone: boolean): Promise<EnqueueReply[]> {
    const { keys } = this
    const reply = await runScript(this.redis, scripts.enqueue, {
      keys: { queues: keys.queues },
      args: { prefix: keys.prefix, allOrNone: allOrNone ? 1 : 0, jobs: packJobs(jobs) },
    })
    return asList(reply).map((item) =>
      typeof item === 'number' ? (enqueueReplies.get(item) ?? 'held-back') : { refused: asText(item) },
    )
  }

  /** Take up to `limit` jobs off the fronts of the queues, in priority order. */
  async claim(claim: ClaimCall): Promise<ClaimReply> {
    const { keys } = this
    const reply = asList(
      await runScript(this.redis, scripts.claim, {
        keys: {
          claims: keys.claims(claim.supervisorId),
          supervisors: keys.supervisors,
          supervisor: keys.supervisor(claim.supervisorId),
          suspended: keys.suspended,
          paused: keys.pausedQueues,
        },
        moreKeys: claim.queues.map((queue) => keys.queue(queue)),
        args: {
          prefix: keys.prefix,
          supervisorId: claim.supervisorId,
          executionPrefix: claim.executionPrefix,
          limit: claim.limit,
          lookAt: claim.lookAt,
          timeoutSec: rqDefaults.timeoutSec,
          ticket: claim.ticket ?? 0,
        },
        moreArgs: claim.queues,
      }),
    )
    return {
      state: asText(reply[0]) as ClaimReply['state'],
      claims: readClaims(reply[1], claim.queues),
      skips: asList(reply[2]).map((raw) => {
        const [jobId, queue, reason] = asList(raw)
        return { jobId: asText(jobId), queue: asText(queue), reason: asText(reason) as SkipReason }
      }),
      broken: asList(reply[3]).map((raw) => {
        const [queue, error] = asList(raw)
        return { queue: asText(queue), error: asText(error) }
      }),
      paused: asList(reply[4]).map(asText),
    }
  }

  /** Make claims with tickets up to this one come to nothing from now on. */
  async disarm(supervisorId: string, ticket: number): Promise<void> {
    const keys = { supervisor: this.keys.supervisor(supervisorId) }
    await runScript(this.redis, scripts.disarm, { keys, args: { ticket } })
  }

  /** Show claimed jobs as running. One reply per record, in order. */
  async start(
    supervisorId: string,
    workerTtlSec: number,
    records: Records<typeof scripts.start>,
  ): Promise<StartReply[]> {
    const args = { prefix: this.keys.prefix, workerTtlSec, bare: this.#bare }
    return texts(await runScript(this.redis, scripts.start, { keys: this.#claims(supervisorId), args, records }))
  }

  /** Record jobs that ended well. One reply per record, in order. */
  async finish(
    supervisorId: string,
    workerTtlSec: number,
    records: EndRecords<typeof scripts.finish>,
  ): Promise<SettleReply[]> {
    const packed = packRecords(scripts.finish, records.map(finishRecord))
    const args = { prefix: this.keys.prefix, workerTtlSec, records: packed }
    return texts(await runScript(this.redis, scripts.finish, { keys: this.#claims(supervisorId), args }))
  }

  /** Record jobs that failed for good or were stopped. One reply per record, in order. */
  async fail(
    supervisorId: string,
    workerTtlSec: number,
    records: EndRecords<typeof scripts.fail>,
  ): Promise<SettleReply[]> {
    const packed = packRecords(scripts.fail, records.map(withShown))
    const args = { prefix: this.keys.prefix, workerTtlSec, records: packed }
    return texts(await runScript(this.redis, scripts.fail, { keys: this.#claims(supervisorId), args }))
  }

  /** Put failed jobs with retries left back. One reply per record, in order. */
  async retry(
    supervisorId: string,
    workerTtlSec: number,
    records: Records<typeof scripts.retry>,
  ): Promise<SettleReply[]> {
    const args = { prefix: this.keys.prefix, workerTtlSec }
    return texts(await runScript(this.redis, scripts.retry, { keys: this.#claims(supervisorId), args, records }))
  }

  /** Return claimed jobs to the front of their queues, in the order given. One reply per record, in order. */
  async handBack(
    supervisorId: string,
    nowIso: string,
    records: Records<typeof scripts.handBack>,
  ): Promise<SettleReply[]> {
    const args = { prefix: this.keys.prefix, nowIso }
    return texts(await runScript(this.redis, scripts.handBack, { keys: this.#claims(supervisorId), args, records }))
  }

  /** Begin a lease and register workers. @returns the name that a live worker has already, if there is one. */
  async register(registration: Registration): Promise<string | undefined> {
    const { keys } = this
    const reply = asText(
      await runScript(this.redis, scripts.register, {
        keys: {
          supervisors: keys.supervisors,
          supervisor: keys.supervisor(registration.supervisorId),
          workers: keys.workers,
        },
        args: {
          prefix: keys.prefix,
          supervisorId: registration.supervisorId,
          leaseMs: registration.leaseMs,
          workerTtlSec: registration.workerTtlSec,
          supervisorFields: JSON.stringify(registration.supervisorFields),
          queues: JSON.stringify(registration.queues),
        },
        records: registration.workers.map(({ name, fields }) => ({ worker: name, fields: JSON.stringify(fields) })),
      }),
    )
    return reply === 'registered' ? undefined : reply.slice('taken '.length)
  }

  /** Extend the lease. @returns 'lost' if it is held no longer. */
  async beat(beat: Beat): Promise<'lost' | BeatReply> {
    const { keys } = this
    const [state, claims, orders, ...gone] = asList(
      await runScript(this.redis, scripts.beat, {
        keys: {
          supervisors: keys.supervisors,
          claims: keys.claims(beat.supervisorId),
          workers: keys.workers,
          supervisor: keys.supervisor(beat.supervisorId),
          orders: keys.orders(beat.supervisorId),
        },
        args: {
          prefix: keys.prefix,
          supervisorId: beat.supervisorId,
          leaseMs: beat.leaseMs,
          workerTtlSec: beat.workerTtlSec,
          nowIso: beat.nowIso,
          queues: JSON.stringify(beat.queues),
          workerCount: beat.workers.length,
          bare: this.#bare,
          summary: beat.summary ?? '',
          orderLimit: beat.orderLimit ?? 0,
          answerMs: ANSWER_TTL_MS,
        },
        moreArgs: beat.workers.flatMap(({ name, state: shown, pid }) => [name, shown, pid ?? 0]),
        records: beat.running,
      }),
    )
    if (asText(state) === 'lost') return 'lost'
    return {
      claims: asInteger(claims),
      orders: asList(orders).map(asText),
      gone: gone.map((execution) => asText(execution)),
    }
  }

  /** End a registration. @returns how many claims are still held, for others to take over. */
  async deregister(end: {
    supervisorId: string
    nowIso: string
    queues: readonly string[]
    workers: readonly string[]
  }): Promise<number> {
    const { keys } = this
    return asInteger(
      await runScript(this.redis, scripts.deregister, {
        keys: {
          supervisors: keys.supervisors,
          supervisor: keys.supervisor(end.supervisorId),
          claims: keys.claims(end.supervisorId),
          workers: keys.workers,
        },
        args: {
          prefix: keys.prefix,
          supervisorId: end.supervisorId,
          nowIso: end.nowIso,
          queues: JSON.stringify(end.queues),
        },
        records: end.workers.map((worker) => ({ worker })),
      }),
    )
  }

  /**
   * Take over up to `limit` jobs of a supervisor that is dead: by its lease, or `proved` so.
   * @returns the ids that went back to their queues and whether another call has more to do; undefined if it is alive.
   */
  async recover(dead: {
    supervisorId: string
    proved: boolean
    limit: number
    nowIso: string
  }): Promise<{ jobIds: string[]; more: boolean } | undefined> {
    const { keys } = this
    const [state, , ...jobIds] = asList(
      await runScript(this.redis, scripts.recover, {
        keys: {
          supervisors: keys.supervisors,
          supervisor: keys.supervisor(dead.supervisorId),
          claims: keys.claims(dead.supervisorId),
          workers: keys.workers,
        },
        args: {
          prefix: keys.prefix,
          supervisorId: dead.supervisorId,
          proved: dead.proved ? 1 : 0,
          limit: dead.limit,
          nowIso: dead.nowIso,
        },
      }),
    )
    if (asText(state) === 'alive') return undefined
    return { jobIds: jobIds.map((id) => asText(id)), more: asText(state) === 'more' }
  }

  /** Executions and jobs that a supervisor holds, as Redis has them, in the order in which they were claimed. */
  async listClaims(supervisorId: string): Promise<{ execution: string; jobId: string; queue: string }[]> {
    const claims = Object.entries(await this.redis.hgetall(this.keys.claims(supervisorId)))
    return claims
      .map(([execution, json]) => ({ execution, ...(JSON.parse(json) as { id: string; queue: string; at: number }) }))
      .sort((a, b) => a.at - b.at || (a.execution.slice(-8) < b.execution.slice(-8) ? -1 : 1))
      .map(({ execution, id, queue }) => ({ execution, jobId: id, queue }))
  }

  /** Known supervisors with the end of their lease (epoch ms of the Redis clock; 0: being taken over) and record. */
  async listSupervisors(): Promise<{ id: string; leaseEndMs: number; record: Record<string, string> }[]> {
    const flat = await this.redis.zrange(this.keys.supervisors, '0', '-1', 'WITHSCORES')
    const ids = flat.filter((_, i) => i % 2 === 0)
    const records = await Promise.all(ids.map((id) => this.redis.hgetall(this.keys.supervisor(id))))
    return ids.map((id, i) => ({ id, leaseEndMs: Number(flat[2 * i + 1]), record: records[i] ?? {} }))
  }

  /** Supervisors whose lease has run out on the Redis clock, or is being taken over. */
  async expiredSupervisors(): Promise<string[]> {
    const [seconds, microseconds] = await this.redis.time()
    const nowMs = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
    return this.redis.zrangebyscore(this.keys.supervisors, '0', String(nowMs))
  }

  /** Move failed jobs back to their queue. One reply per id, in order. */
  async requeue(request: {
    queue: string
    jobIds: readonly string[]
    nowIso: string
    emptyTraceback: Uint8Array
    atFront: boolean
  }): Promise<RequeueReply[]> {
    const { keys } = this
    return texts(
      await runScript(this.redis, scripts.requeue, {
        keys: { failed: keys.failed(request.queue), queueKey: keys.queue(request.queue) },
        args: {
          prefix: keys.prefix,
          queue: request.queue,
          nowIso: request.nowIso,
          emptyTraceback: request.emptyTraceback,
          atFront: request.atFront ? 1 : 0,
        },
        records: request.jobIds.map((jobId) => ({ jobId })),
      }),
    )
  }

  /** Depth and age of queues, at a cost that does not grow with them. */
  async queueSummaries(queues: readonly string[]): Promise<QueueSummary[]> {
    if (queues.length === 0) return []
    const reply = await runScript(this.redis, scripts.queueSummary, {
      keys: {},
      moreKeys: queues.map((queue) => this.keys.queue(queue)),
      args: { prefix: this.keys.prefix },
    })
    return asList(reply).map((raw, i) => {
      const [depth, oldest] = asList(raw)
      return { queue: queues[i] ?? '', depth: asInteger(depth), oldestEnqueuedAt: asText(oldest) }
    })
  }

  get #bare(): 0 | 1 {
    return this.compat === '1.13' ? 1 : 0
  }

  #claims(supervisorId: string): { claims: string } {
    return { claims: this.keys.claims(supervisorId) }
  }
}

// The scripts' headers list the words that they answer with; the types above repeat them.
function texts<T extends string>(reply: RawReply): T[] {
  return asList(reply).map((item) => asText(item) as T)
}

/** The error of a job that was not enqueued. */
export function refusedJob(jobId: string, reply: EnqueueReply | undefined): RqdError {
  if (reply === 'exists') return new DuplicateJobError(jobId)
  const why = typeof reply === 'object' ? reply.refused : `it answered ${reply ?? 'nothing'}`
  return new RqdError('RQD_REDIS', `Redis did not enqueue the job ${JSON.stringify(jobId)}: ${why}`)
}

function finishRecord<R extends { readonly shown?: 0 | 1; readonly repeat?: string }>(
  record: R,
): R & { readonly shown: 0 | 1; readonly repeat: string } {
  return { ...record, shown: record.shown ?? 1, repeat: record.repeat ?? '' }
}

function withShown<R extends { readonly shown?: 0 | 1 }>(record: R): R & { readonly shown: 0 | 1 } {
  return { ...record, shown: record.shown ?? 1 }
}
