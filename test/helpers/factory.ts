import type { Redis } from 'ioredis'
import type { Test } from 'tap'
import { createKeys, type Keys } from '../../src/redis/keys.js'
import { Store, type Claim, type ClaimReply, type JobPlace } from '../../src/redis/store.js'

/** A time as it is stored; any will do. */
export const nowIso = '2026-11-23T08:31:26.251911Z'
export const laterIso = '2026-11-23T08:31:27.000000Z'

export const workerTtlSec = 480
export const markSec = 90

type Records<M extends 'start' | 'finish' | 'fail' | 'retry' | 'handBack'> = Parameters<Store[M]>[2][number]

/** Short ways to bring jobs and supervisors into a state, all through the Store. */
export class Factory {
  readonly client: Redis
  readonly keys: Keys
  readonly store: Store
  #claims = 0

  constructor(client: Redis, prefix?: string) {
    this.client = client
    this.keys = createKeys(prefix)
    this.store = new Store(client, this.keys)
  }

  /** Enqueue jobs that call `tasks.add(1, 2)`, one after another. @returns the last reply */
  async enqueue(
    ids: string | readonly string[],
    options: {
      queue?: string
      ttlSec?: number
      atFront?: boolean
      unique?: boolean
      fields?: Readonly<Record<string, string>>
    } = {},
  ): Promise<JobPlace | 'exists'> {
    const { queue = 'q', ttlSec = 0, atFront = false, unique = false, fields = {} } = options
    let reply: JobPlace | 'exists' = 'enqueued'
    for (const jobId of [ids].flat()) {
      const all = { ...plainFields(queue), ...(ttlSec > 0 ? { ttl: String(ttlSec) } : {}), ...fields }
      const call = { jobId, queue, fields: new Map(Object.entries(all)), ttlSec, atFront, unique }
      reply = await this.store.enqueue(call)
    }
    return reply
  }

  /** Register a supervisor with workers named `ID.1`, `ID.2`, ... @returns the name that is taken */
  register(
    supervisorId = 'sup',
    options: { workers?: number; queues?: readonly string[]; leaseMs?: number } = {},
  ): Promise<string | undefined> {
    const { workers = 2, queues = ['q'], leaseMs = 10_000 } = options
    return this.store.register({
      supervisorId,
      leaseMs,
      workerTtlSec,
      queues,
      supervisorFields: { host: 'box', pid: '42' },
      workers: Array.from({ length: workers }, (_, i) => ({
        name: `${supervisorId}.${i + 1}`,
        fields: workerFields(supervisorId, queues),
      })),
    })
  }

  claimRaw(
    supervisorId: string,
    queues: readonly string[] = ['q'],
    limit = 100,
    lookAt = limit + 200,
  ): Promise<ClaimReply> {
    const executionPrefix = (this.#claims++).toString(16).padStart(24, '0')
    return this.store.claim({ supervisorId, executionPrefix, queues, limit, lookAt })
  }

  /** The claims alone. */
  async claim(supervisorId = 'sup', queues: readonly string[] = ['q'], limit = 100): Promise<Claim[]> {
    return (await this.claimRaw(supervisorId, queues, limit)).claims
  }

  /** Enqueue one job on `q`, register `sup`, claim. */
  async held(
    jobId = 'job',
    options: { queue?: string; ttlSec?: number; fields?: Readonly<Record<string, string>> } = {},
  ): Promise<Claim> {
    await this.register()
    await this.enqueue(jobId, options)
    const [claim] = await this.claim('sup', [options.queue ?? 'q'], 1)
    if (claim === undefined) throw new Error('nothing was claimed')
    return claim
  }

  /** As `held`, started by worker `sup.1`. */
  async running(
    jobId = 'job',
    options: { queue?: string; ttlSec?: number; fields?: Readonly<Record<string, string>> } = {},
  ): Promise<Claim> {
    const claim = await this.held(jobId, options)
    await this.start([claim])
    return claim
  }

  start(claims: readonly Claim[], more: Partial<Records<'start'>> = {}, supervisorId = 'sup'): Promise<string[]> {
    const records = claims.map((claim) => {
      const own = { ...common(claim), startedAt: nowIso, markSec }
      return { ...own, ...more }
    })
    return this.store.start(supervisorId, workerTtlSec, records)
  }

  finish(claims: readonly Claim[], more: Partial<Records<'finish'>> = {}, supervisorId = 'sup'): Promise<string[]> {
    const records = claims.map((claim) => ({ ...common(claim), resultTtlSec: 500, value: 'Mw==', ...times, ...more }))
    return this.store.finish(supervisorId, workerTtlSec, records)
  }

  fail(claims: readonly Claim[], more: Partial<Records<'fail'>> = {}, supervisorId = 'sup'): Promise<string[]> {
    const records = claims.map((claim) => {
      const own = {
        status: 'failed',
        failureTtlSec: 31_536_000,
        resultsTtlSec: '',
        traceback: 'eJwDAAAAAAE=',
        certificate: '',
        unreadable: '',
        output: '',
      }
      return { ...common(claim), ...own, ...times, ...more }
    })
    return this.store.fail(supervisorId, workerTtlSec, records)
  }

  retry(claims: readonly Claim[], more: Partial<Records<'retry'>> = {}, supervisorId = 'sup'): Promise<string[]> {
    const records = claims.map((claim) => {
      const own = {
        retriesLeft: 2,
        delaySec: 0,
        atFront: 0,
        ttlSec: 0,
        endedAt: laterIso,
        workSec: '0.750000',
        deaths: '',
      }
      return { ...common(claim), ...own, ...more }
    })
    return this.store.retry(supervisorId, workerTtlSec, records)
  }

  handBack(claims: readonly Claim[], more: Partial<Records<'handBack'>> = {}, supervisorId = 'sup'): Promise<string[]> {
    const records = claims.map((claim) => {
      const { execution, jobId, queue } = common(claim)
      return { execution, jobId, queue: claim.queue, origin: queue, worker: 'sup.1', ttlSec: 0, ...more }
    })
    return this.store.handBack(supervisorId, nowIso, records)
  }

  requeue(jobIds: readonly string[], queue = 'q', atFront = false): Promise<string[]> {
    return this.store.requeue({ queue, jobIds, nowIso, emptyTraceback, atFront })
  }

  job(jobId: string): Promise<Record<string, string>> {
    return this.client.hgetall(this.keys.job(jobId))
  }

  list(queue = 'q'): Promise<string[]> {
    return this.client.lrange(this.keys.queue(queue), 0, -1)
  }
}

/** zlib of the empty text. */
export const emptyTraceback = Buffer.from('eJwDAAAAAAE=', 'base64')

/** The fields of a plain job. */
export function plainFields(queue: string): Record<string, string> {
  return {
    created_at: nowIso,
    enqueued_at: nowIso,
    origin: queue,
    status: 'queued',
    timeout: '180',
    description: 'tasks.add(1, 2)',
    data: '["tasks.add", null, [1, 2], {}]',
  }
}

/** The birth fields of a worker. */
export function workerFields(supervisorId: string, queues: readonly string[]): Record<string, string> {
  return {
    birth: nowIso,
    last_heartbeat: nowIso,
    queues: queues.join(','),
    pid: '42',
    state: 'idle',
    rqd_supervisor: supervisorId,
  }
}

const times = {
  startedAt: nowIso,
  endedAt: laterIso,
  started: '1795422686.251911',
  ended: '1795422687.0',
  workSec: '0.750000',
}

function common({ execution, jobId, queue, fields }: Claim): {
  execution: string
  jobId: string
  queue: string
  worker: string
} {
  const origin = fields.get('origin')?.toString() ?? queue
  return { execution, jobId, queue: origin, worker: 'sup.1' }
}

/** Assert a TTL in seconds, or -1 for none, or -2 for no key. */
export async function ttlIs(t: Test, client: Redis, key: string, sec: number): Promise<void> {
  const ttl = await client.ttl(key)
  if (sec < 0) t.equal(ttl, sec, `TTL of ${key}`)
  else t.ok(ttl <= sec && ttl > sec - 20, `TTL of ${key} is ${ttl}, about ${sec}`)
}

/** Assert a score that is so many seconds from now by the server's clock. */
export async function scoreIs(t: Test, client: Redis, key: string, member: string, fromNowSec: number): Promise<void> {
  const [now] = await client.time()
  const score = Number((await client.zscore(key, member)) ?? NaN)
  const off = score - Number(now) - fromNowSec
  t.ok(off <= 1 && off > -20, `score of ${member} in ${key} is ${fromNowSec} s from now (off by ${off})`)
}
