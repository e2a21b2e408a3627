import fc from 'fast-check'
import t from 'tap'
import { Queue } from '../../src/index.js'
import type { Claim } from '../../src/redis/store.js'
import { Factory } from '../helpers/factory.js'
import { startRedis } from '../helpers/redis.js'

// J7, J18: whatever is done to two queues in whatever order, every id is exactly where a plain model of them has it.

const { client } = await startRedis(t)
const make = new Factory(client)
const { keys } = make
const names = ['high', 'low'] as const
type Name = (typeof names)[number]
const queues = { high: new Queue('high', { connection: client }), low: new Queue('low', { connection: client }) }

/** What is done, to which queue, to which of what can be chosen there, and how. */
type Step = [action: string, queue: Name, which: number, how: number]
type Action = (model: Model, queue: Name, which: number, how: number) => Promise<void>

/** Where everything should be. */
class Model {
  made = 0
  readonly known = new Set<Name>()
  readonly jobs = new Set<string>()
  readonly held: Claim[] = []
  readonly waiting: Record<Name, string[]> = { high: [], low: [] }
  readonly finished: Record<Name, string[]> = { high: [], low: [] }
  readonly failed: Record<Name, string[]> = { high: [], low: [] }

  push(queue: Name, id: string, atFront: boolean): void {
    this.known.add(queue)
    if (atFront) this.waiting[queue].unshift(id)
    else this.waiting[queue].push(id)
  }

  /** Take the job at a place that is chosen by any number out of a list. */
  take<T>(list: T[], which: number): T | undefined {
    return list.splice(which % Math.max(1, list.length), 1)[0]
  }

  /** All that waits on a queue is deleted. @returns how many ids there were */
  clear(queue: Name): number {
    for (const id of this.waiting[queue]) this.jobs.delete(id)
    return this.waiting[queue].splice(0).length
  }
}

const actions: Readonly<Record<string, Action>> = {
  async enqueue(model, queue, _, how) {
    const jobId = `job-${model.made++}`
    model.jobs.add(jobId)
    model.push(queue, jobId, how === 0)
    await queues[queue].with({ jobId, atFront: how === 0 }).enqueue('tasks.add', 1)
  },
  async claim(model, _, __, how) {
    const expected: string[] = []
    for (const queue of names) {
      while (expected.length < how) {
        const id = model.waiting[queue].shift()
        if (id === undefined) break
        if (model.jobs.has(id)) expected.push(id)
      }
    }
    const claims = await make.claim('sup', names, how)
    same(
      'claimed',
      claims.map(({ jobId }) => jobId),
      expected,
    )
    await make.start(claims)
    model.held.push(...claims)
  },
  async finish(model, _, which) {
    const claim = model.take(model.held, which)
    if (claim === undefined) return
    model.finished[claim.queue as Name].push(claim.jobId)
    await make.finish([claim])
  },
  async fail(model, _, which) {
    const claim = model.take(model.held, which)
    if (claim === undefined) return
    model.failed[claim.queue as Name].push(claim.jobId)
    await make.fail([claim])
  },
  async requeue(model, queue, which, how) {
    const id = model.take(model.failed[queue], which)
    if (id === undefined) return
    model.push(queue, id, how === 0)
    await queues[queue].failedJobRegistry.requeue(id, { atFront: how === 0 })
  },
  async remove(model, queue, which) {
    const id = model.take(model.waiting[queue], which)
    same('removed', [await queues[queue].remove(id ?? 'never')], [id !== undefined])
  },
  async empty(model, queue) {
    same('emptied', [await queues[queue].empty()], [model.clear(queue)])
  },
  async delete(model, queue, _, how) {
    const deleteJobs = how > 0
    const ids = deleteJobs ? model.clear(queue) : model.waiting[queue].splice(0).length
    model.known.delete(queue)
    same('deleted', [await queues[queue].delete({ deleteJobs })], [ids])
  },
  /** The hash of a waiting job expires. */
  async expire(model, queue, which) {
    const id = model.waiting[queue][which % Math.max(1, model.waiting[queue].length)]
    if (id === undefined) return
    model.jobs.delete(id)
    await client.del(keys.job(id))
  },
  async compact(model, queue) {
    const living = model.waiting[queue].filter((id) => model.jobs.has(id))
    const gone = model.waiting[queue].splice(0).length - living.length
    model.waiting[queue].push(...living)
    same('compacted', [await queues[queue].compact()], [gone])
  },
  async forget(model, queue, which, how) {
    const place = how % 2 === 0 ? 'finished' : 'failed'
    const id = model.take(model[place][queue], which)
    const deleteJob = how > 1
    if (id !== undefined && deleteJob) model.jobs.delete(id)
    const taken = await queues[queue][`${place}JobRegistry`].remove(id ?? 'never', { deleteJob })
    same('taken out', [taken], [id !== undefined])
  },
}

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.constantFrom(...Object.keys(actions), 'enqueue', 'enqueue', 'claim', 'fail'),
  fc.constantFrom(...names),
  fc.nat(100),
  fc.nat(3),
)

void t.test('J7 J18 all ids are where the model has them, after every step', async (t) => {
  let steps = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60, size: 'max' }), async (program) => {
      await client.flushall()
      await make.register('sup', { queues: names })
      const model = new Model()
      for (const [action, queue, which, how] of program) {
        await actions[action]!(model, queue, which, how)
        await check(model)
        steps += 1
      }
    }),
    { seed: 20_261_125, numRuns: 100, interruptAfterTimeLimit: 8_000, markInterruptAsFailure: false },
  )
  t.ok(steps > 100, `${steps} steps`)
})

async function check(model: Model): Promise<void> {
  const all = Array.from({ length: model.made }, (_, i) => `job-${i}`)
  const exist = await Promise.all(all.map((id) => client.exists(keys.job(id))))
  same(
    'jobs',
    all.filter((_, i) => exist[i] === 1),
    all.filter((id) => model.jobs.has(id)),
  )
  same(
    'known queues',
    (await Queue.all({ connection: client })).map(({ name }) => name),
    [...model.known].sort(),
  )
  for (const name of names) {
    const queue = queues[name]
    const held = model.held.filter((claim) => claim.queue === name)
    same(`on ${name}`, await queue.jobIds(), model.waiting[name])
    same(
      `jobs of ${name}`,
      (await queue.jobs()).map(({ id }) => id),
      model.waiting[name].filter((id) => model.jobs.has(id)),
    )
    same(`count of ${name}`, [await queue.count()], [model.waiting[name].length])
    same(`started of ${name}`, (await queue.startedJobRegistry.jobIds()).sort(), held.map(({ jobId }) => jobId).sort())
    same(`finished of ${name}`, (await queue.finishedJobRegistry.jobIds()).sort(), [...model.finished[name]].sort())
    same(`failed of ${name}`, (await queue.failedJobRegistry.jobIds()).sort(), [...model.failed[name]].sort())
  }
}

function same(what: string, found: readonly unknown[], expected: readonly unknown[]): void {
  if (found.join() !== expected.join()) throw new Error(`${what}: ${found.join()}; expected ${expected.join()}`)
}
