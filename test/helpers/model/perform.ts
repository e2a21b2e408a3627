/** Performing random programs in a world. */
import { InvalidJobOperationError, NoSuchJobError } from '../../../src/index.js'
import * as act from './act.js'
import type { JobSpec } from './enqueue.js'
import type { Moment } from './state.js'
import type { SpecChoice, Step } from './steps.js'
import { same, type World } from './world.js'

type EnqueueStep = Extract<Step, { do: 'enqueue' | 'overwrite' }>
type WorkStep = Extract<Step, { do: 'claim' | 'start' | 'settle' | 'run' | 'promote' }>
/** Done to one job, whatever its state. */
export type JobStep = Extract<Step, { do: 'cancel' | 'delete' | 'requeue' }>
type ActStep = Exclude<Step, EnqueueStep | WorkStep>

/** Perform a program; all keys are compared after every step, also after those that a step is made of. */
export class Performer {
  protected readonly world: World
  #made = 0

  constructor(world: World) {
    this.world = world
  }

  /** @throws Error that lists what differs */
  async perform(step: Step): Promise<void> {
    switch (step.do) {
      case 'enqueue':
      case 'overwrite':
        await this.#enqueue(step)
        break
      case 'claim':
      case 'start':
      case 'settle':
      case 'run':
      case 'promote':
        await this.#work(step)
        break
      default:
        await this.#act(step)
    }
    await this.world.check()
  }

  async #enqueue(step: EnqueueStep): Promise<void> {
    if (step.do === 'enqueue') return this.#choose(`j${this.#made++}`, step.spec)
    // A job that runs or waits on its queue is left alone: it would be there twice.
    const { lists, held, jobs } = this.world.state
    const busy = new Set([...Object.values(lists).flat(), ...held.map(({ jobId }) => jobId)])
    const jobId = pick(
      [...jobs.keys()].filter((id) => !busy.has(id)),
      step.which,
    )
    if (jobId !== undefined) await this.#choose(jobId, step.spec)
  }

  protected put(jobId: string, spec: JobSpec): Promise<void> {
    return this.world.enqueue(jobId, spec)
  }

  async #choose(jobId: string, choice: SpecChoice): Promise<void> {
    const others = [...Array(this.#made).keys()].map((one) => `j${one}`).filter((id) => id !== jobId)
    const parents = new Set(choice.parents.map((which) => pick(others, which)).filter((id) => id !== undefined))
    const isFree = parents.size === 0
    await this.put(jobId, { ...choice, parents: [...parents], ...(isFree ? noParents : {}) })
  }

  async #work(step: WorkStep): Promise<void> {
    const world = this.world
    const { held } = world.state
    switch (step.do) {
      case 'claim':
        await world.claim(step.limit)
        return
      case 'start': {
        const waiting = pick(
          held.filter(({ started }) => !started),
          step.which,
        )
        return waiting && world.start(waiting)
      }
      case 'settle': {
        const one = pick(held, step.which)
        return one && world.settle(one, step.end)
      }
      case 'promote':
        return world.promote(step.queue, step.which, step.limit)
      case 'run': {
        const one = await world.claim(1)
        if (one === undefined) return
        await world.check()
        await world.start(one)
        await world.check()
        await world.settle(one, step.end)
      }
    }
  }

  async #act(step: ActStep): Promise<void> {
    const { state, queues, client, keys } = this.world
    switch (step.do) {
      case 'remove': {
        const { registry, queue, deleteJob } = step
        const jobId = pick([...state.registry(registry, queue).keys()], step.which)?.split(':')[0]
        if (jobId === undefined) return
        const taken = await queues[queue][`${registry}JobRegistry`].remove(jobId, { deleteJob })
        same('remove', taken, act.removeEntry(state, registry, queue, jobId, { deleteJob }))
        return
      }
      case 'requeueFailed': {
        const { queue, atFront } = step
        const jobId = pick([...state.registry('failed', queue).keys()], step.which)
        if (jobId === undefined) return
        const { reply, now } = await this.#try(() => queues[queue].failedJobRegistry.requeue(jobId, { atFront }))
        same('requeue', reply, act.requeue(state, jobId, queue, atFront, now))
        return
      }
      case 'empty':
        same('empty', await queues[step.queue].empty(), act.empty(state, step.queue))
        return
      case 'expire': {
        const mortal = [...state.jobs].filter(([, { expiry }]) => expiry !== undefined).map(([id]) => id)
        const jobId = pick(mortal, step.which)
        if (jobId === undefined) return
        for (const kind of act.expire(state, jobId)) await client.del(keys[kind](jobId))
        return
      }
      default: {
        const jobId = pick([...state.jobs.keys()], step.which)
        if (jobId !== undefined) await this.actOn(jobId, step)
      }
    }
  }

  protected async actOn(jobId: string, step: JobStep): Promise<void> {
    const { state } = this.world
    const job = await this.world.fetch(jobId)
    switch (step.do) {
      case 'cancel': {
        const { enqueueDependents } = step
        const { reply, now } = await this.#try(() => job.cancel({ enqueueDependents }))
        same('cancel', reply, act.cancel(state, jobId, enqueueDependents, now))
        return
      }
      case 'delete': {
        const { deleteDependents } = step
        same('delete', await job.delete({ deleteDependents }), act.deleteJob(state, jobId, deleteDependents))
        return
      }
      case 'requeue': {
        const { atFront } = step
        const { reply, now } = await this.#try(() => job.requeue({ atFront }))
        same('requeue', reply, act.requeue(state, jobId, state.queueOf(jobId), atFront, now))
      }
    }
  }

  async #try(what: () => Promise<unknown>): Promise<{ reply: act.Reply; now: Moment }> {
    let reply: act.Reply = 'done'
    const now = await this.world.during(async () => {
      try {
        await what()
      } catch (thrown) {
        if (thrown instanceof InvalidJobOperationError) reply = 'refused'
        else if (thrown instanceof NoSuchJobError) reply = 'missing'
        else throw thrown
      }
    })
    return { reply, now }
  }
}

/** Options of a dependency say nothing where there is none. */
const noParents = { allowFailure: false, parentsAtFront: false }

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % Math.max(1, list.length)]
}
