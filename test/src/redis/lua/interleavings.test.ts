import fc from 'fast-check'
import t from 'tap'
import { Factory, nowIso, plainFields } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'
import type { Claim } from '../../../../src/redis/store.js'
import { promote } from '../../../../src/redis/scheduler-store.js'
import { sweepAbandoned } from '../../../../src/redis/sweep-store.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const queues = ['high', 'low']
const supervisors = ['sup', 'other', 'third']

/** One step: what is done, by whom, to which of the jobs that it can be done to, and how. */
type Step = readonly [action: string, who: number, which: number, how: number]

const actions = [
  'enqueue',
  'defer',
  'schedule',
  'promote',
  'claim',
  'start',
  'finish',
  'fail',
  'retry',
  'handBack',
  'requeue',
  'zombie',
  'delete',
  'recover',
  'cancel',
  'beat',
  'sweep',
]
const step = fc.tuple(
  fc.constantFrom(...actions, 'enqueue', 'claim', 'claim', 'start', 'finish'),
  fc.nat(2),
  fc.nat(100),
  fc.nat(5),
)

void t.test('whatever happens in whatever order, each job is in exactly the places that its status says', async (t) => {
  const started = performance.now()
  let steps = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (list) => {
      await client.flushall()
      const world = new World()
      for (const supervisorId of supervisors) await make.register(supervisorId, { queues })
      for (const one of list) {
        await world.apply(one)
        const problem = await world.check()
        if (problem !== undefined) throw new Error(`after ${one.join(' ')}: ${problem}`)
        steps += 1
      }
    }),
    { seed: 20_261_123, numRuns: 150, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
  )
  t.ok(steps > 500, `${steps} steps in ${Math.round(performance.now() - started)} ms`)
})

/** What should be: every job ever enqueued, and who holds which claims. */
class World {
  #ids = 0
  readonly #jobs = new Set<string>()
  readonly #held = new Map<string, Claim[]>(supervisors.map((id) => [id, []]))
  readonly #zombies: { claim: Claim; supervisorId: string }[] = []

  async apply([action, who, which, how]: Step): Promise<void> {
    const supervisorId = supervisors[who]!
    const held = this.#held.get(supervisorId)!
    const queue = queues[which % 2]!
    if (action === 'enqueue') {
      const id = `job-${this.#ids++}`
      this.#jobs.add(id)
      await make.enqueue(id, { queue, atFront: how === 0, ttlSec: how === 1 ? 1_000 : 0, unique: how > 2 })
    } else if (action === 'defer' || action === 'schedule') {
      const id = `job-${this.#ids++}`
      this.#jobs.add(id)
      const parents = Array.from({ length: how }, (_, i) => `job-${(which + i) % this.#ids}`).filter(
        (one) => one !== id,
      )
      const isDeferred = action === 'defer' && parents.length > 0
      const status = action === 'schedule' ? 'scheduled' : isDeferred ? 'deferred' : 'queued'
      const fields = new Map(Object.entries({ ...plainFields(queue), status }))
      if (how % 2 === 1) fields.set('allow_dependency_failures', '1')
      const placement = {
        due: action === 'schedule' ? '+60' : '',
        enqueuedAt: nowIso,
        allowFailure: how % 2 === 1,
        group: how === 0 ? 'G' : '',
        parents: isDeferred ? parents : [],
      }
      await make.store.enqueue({ jobId: id, queue, fields, ttlSec: 0, atFront: how === 2, unique: true, placement })
    } else if (action === 'promote') {
      // Time passes: what is scheduled is due.
      for (const id of await client.zrange(keys.scheduled(queue), 0, '-1'))
        await client.zadd(keys.scheduled(queue), 1, id)
      await promote(client, keys, { name: String(who), fields: {} }, { queues, ttlSec: 60, nowIso, limit: how })
    } else if (action === 'claim') {
      held.push(...(await make.claim(supervisorId, queues, how)))
    } else if (action === 'requeue') {
      const failed = await client.zrange(keys.failed(queue), 0, '-1')
      await make.requeue([...failed.slice(0, how), `job-${which}`], queue, how === 0)
    } else if (action === 'cancel') {
      await cancelAsRqDoes(`job-${which % Math.max(1, this.#ids)}`)
    } else if (action === 'beat') {
      const worker = `${supervisorId}.1`
      const running = held.map(({ execution, jobId, queue: from }) => ({ execution, jobId, queue: from, worker }))
      const reply = await make.store.beat({
        supervisorId,
        leaseMs: 60_000,
        workerTtlSec: 480,
        nowIso,
        queues,
        workers: [{ name: worker, state: 'busy', pid: 1 }],
        running: running.map((one) => ({ ...one, markSec: 90, workSec: 1 })),
      })
      if (reply === 'lost' || reply.gone.length > 0) throw new Error('a live supervisor was told that it is not')
    } else if (action === 'sweep') {
      // Jobs of ours are never taken for abandoned, however late their score is.
      for (const member of await client.zrange(keys.started(queue), 0, '-1')) {
        await client.zadd(keys.started(queue), 1, member)
      }
      const once = { queue, nowIso, settleMs: 0, beatMs: 0, holdSec: 60 }
      for (const _ of [1, 2]) {
        const { jobs } = await sweepAbandoned(client, keys, once)
        if (jobs.length > 0) throw new Error(`the sweep took ${jobs.map(({ jobId }) => jobId).join()} for abandoned`)
      }
    } else if (action === 'recover') {
      // The supervisor is taken for dead, a few jobs at a time, and comes back under its old name.
      const dead = { supervisorId, proved: true, limit: 1 + how, nowIso }
      while ((await make.store.recover(dead))?.more === true) {
        const problem = await this.check()
        if (problem !== undefined) throw new Error(problem)
      }
      for (const claim of held.splice(0)) this.#zombies.push({ claim, supervisorId })
      await make.register(supervisorId, { queues })
    } else if (action === 'zombie') {
      const zombie = this.#zombies[which % Math.max(1, this.#zombies.length)]
      if (zombie === undefined) return
      const { claim } = zombie
      const replies = await settle[how % settle.length]!([claim], zombie.supervisorId)
      if (replies[0] !== 'lost' && replies[0] !== 'repeated') throw new Error(`a zombie was told ${replies[0]}`)
    } else if (held.length > 0) {
      const from = which % held.length
      const batch = held.slice(from, from + 1 + (how % 3))
      if (action === 'delete') {
        // As Python's delete does it, while the job is held.
        const { jobId, queue: from } = batch[0]!
        await client.multi().del(keys.job(jobId)).zrem(keys.canceled(from), jobId).exec()
        this.#jobs.delete(jobId)
        return
      }
      if (action === 'start') {
        await make.start(batch, { worker: `${supervisorId}.1` }, supervisorId)
        return
      }
      const worker = `${supervisorId}.1`
      const resultTtlSec = how === 5 ? 0 : 500
      if (action === 'finish') {
        const replies = await make.finish(batch, { worker, resultTtlSec }, supervisorId)
        if (resultTtlSec === 0) batch.forEach((claim, i) => replies[i] === 'finished' && this.#jobs.delete(claim.jobId))
      } else if (action === 'fail') await make.fail(batch, { worker }, supervisorId)
      else if (action === 'retry') {
        await make.retry(batch, { worker, delaySec: how === 2 ? 60 : 0, atFront: how === 3 ? 1 : 0 }, supervisorId)
      } else await make.handBack(batch, { worker: how % 2 === 0 ? worker : '' }, supervisorId)
      for (const claim of batch) {
        held.splice(held.indexOf(claim), 1)
        this.#zombies.push({ claim, supervisorId })
      }
    }
  }

  /** @returns what is wrong. */
  async check(): Promise<string | undefined> {
    const places = new Map<string, string[]>()
    const put = (id: string, place: string): unknown => places.set(id, [...(places.get(id) ?? []), place])
    const pipeline = client.pipeline()
    for (const queue of queues) {
      pipeline.lrange(keys.queue(queue), 0, -1)
      const registries = [keys.started, keys.finished, keys.failed, keys.scheduled, keys.canceled, keys.deferred]
      for (const key of registries.map((name) => name(queue))) {
        pipeline.zrange(key, 0, '-1')
      }
    }
    for (const supervisorId of supervisors) pipeline.hgetall(keys.claims(supervisorId))
    const ids = [...this.#jobs]
    for (const id of ids) pipeline.hget(keys.job(id), 'status').zrange(keys.executions(id), 0, '-1')
    const replies = ((await pipeline.exec()) ?? []).map(([error, reply]) => {
      if (error) throw error
      return reply
    })
    for (const _ of queues) {
      for (const id of replies.shift() as string[]) put(id, 'list')
      for (const member of replies.shift() as string[]) put(member.split(':')[0]!, 'wip')
      for (const place of ['finished', 'failed', 'scheduled', 'canceled', 'deferred'])
        for (const id of replies.shift() as string[]) put(id, place)
    }
    for (const _ of supervisors) {
      for (const text of Object.values(replies.shift() as Record<string, string>)) {
        put((JSON.parse(text) as { id: string }).id, 'claim')
      }
    }
    for (const id of ids) {
      const [status, executions] = [replies.shift() as string | null, replies.shift() as string[]]
      const found = [...(places.get(id) ?? []), ...executions.map(() => 'execution')].sort().join(' ')
      const expected = expectedPlaces[status ?? 'none'] ?? []
      if (!expected.includes(found)) return `${id} is ${status} and in: ${found}`
      places.delete(id)
    }
    for (const [id, found] of places) {
      // A deleted job is still held until its holder settles it; nothing else may have it.
      if (found.some((place) => place !== 'claim' && place !== 'wip'))
        return `${id} was deleted and is in: ${found.join()}`
    }
    return undefined
  }
}

/** Python's `Job.cancel`, in its one transaction. */
async function cancelAsRqDoes(id: string): Promise<void> {
  const [status, queue] = await client.hmget(keys.job(id), 'status', 'origin')
  if (typeof status !== 'string' || typeof queue !== 'string' || status === 'canceled') return
  const { finished, failed, scheduled, deferred } = keys
  const registry = { finished, failed, scheduled, deferred }[status]
  const transaction = client.multi().hset(keys.job(id), 'status', 'canceled').lrem(keys.queue(queue), 1, id)
  if (registry !== undefined) transaction.zrem(registry(queue), id)
  if (status === 'started') {
    for (const execution of await client.zrange(keys.executions(id), 0, '-1')) {
      transaction.zrem(keys.started(queue), `${id}:${execution}`)
    }
  }
  await transaction.zadd(keys.canceled(queue), 1, id).exec()
}

const expectedPlaces: Readonly<Record<string, readonly string[]>> = {
  queued: ['list', 'claim'],
  started: ['claim execution wip'],
  finished: ['finished'],
  failed: ['failed'],
  scheduled: ['scheduled', 'claim'],
  deferred: ['deferred'],
  // Canceled while held: RQ takes it off the started jobs, but does not interrupt it.
  canceled: ['canceled', 'canceled claim', 'canceled claim execution'],
}

const settle = [
  (claims: Claim[], supervisorId: string) => make.finish(claims, {}, supervisorId),
  (claims: Claim[], supervisorId: string) => make.fail(claims, {}, supervisorId),
  (claims: Claim[], supervisorId: string) => make.retry(claims, {}, supervisorId),
  (claims: Claim[], supervisorId: string) => make.handBack(claims, {}, supervisorId),
  (claims: Claim[], supervisorId: string) => make.start(claims, {}, supervisorId),
]
