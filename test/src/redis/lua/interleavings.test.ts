import fc from 'fast-check'
import t from 'tap'
import { Factory, nowIso } from '../../../helpers/factory.js'
import { startRedis } from '../../../helpers/redis.js'
import type { Claim } from '../../../../src/redis/store.js'

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const queues = ['high', 'low']
const supervisors = ['sup', 'other']

/** One step: what is done, by whom, to which of the jobs that it can be done to, and how. */
type Step = readonly [action: string, who: number, which: number, how: number]

const actions = [
  'enqueue',
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
]
const step = fc.tuple(
  fc.constantFrom(...actions, 'enqueue', 'claim', 'claim', 'start'),
  fc.nat(1),
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
    } else if (action === 'claim') {
      held.push(...(await make.claim(supervisorId, queues, how)))
    } else if (action === 'requeue') {
      const failed = await client.zrange(keys.failed(queue), 0, '-1')
      await make.requeue([...failed.slice(0, how), `job-${which}`], queue, how === 0)
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
        await client.del(keys.job(batch[0]!.jobId))
        this.#jobs.delete(batch[0]!.jobId)
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
      for (const key of [keys.started(queue), keys.finished(queue), keys.failed(queue), keys.scheduled(queue)]) {
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
      for (const place of ['finished', 'failed', 'scheduled'])
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

const expectedPlaces: Readonly<Record<string, readonly string[]>> = {
  queued: ['list', 'claim'],
  started: ['claim execution wip'],
  finished: ['finished'],
  failed: ['failed'],
  scheduled: ['scheduled', 'claim'],
}

const settle = [
  (claims: Claim[], supervisorId: string) => make.finish(claims, {}, supervisorId),
  (claims: Claim[], supervisorId: string) => make.fail(claims, {}, supervisorId),
  (claims: Claim[], supervisorId: string) => make.retry(claims, {}, supervisorId),
  (claims: Claim[], supervisorId: string) => make.handBack(claims, {}, supervisorId),
  (claims: Claim[], supervisorId: string) => make.start(claims, {}, supervisorId),
]
