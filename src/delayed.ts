import type { Connection } from './connections.js'
import type { Duration } from './duration.js'
import type { JobOptions } from './enqueue-call.js'
import type { Job } from './job.js'
import type { Enqueuer, QueueOptions } from './enqueuer.js'
import { Queue } from './queue.js'
import type { TaskFunction } from './task-name.js'

/** Options of `job`: those of its queue and of every job. */
export interface DelayedOptions extends Omit<QueueOptions, 'connection'>, Omit<JobOptions, 'jobId'> {
  /** A client, or a function that opens one at the first call: workers load the module too, and need none. */
  connection: Connection | (() => Connection)
  /** Limit of a run: the same as `jobTimeout`, by RQ's name. */
  timeout?: Duration
}

/** How a function is enqueued. */
export interface Delay<F extends TaskFunction> {
  /** Enqueue a call. @throws what `Queue.enqueue` throws */
  delay(...args: Parameters<F>): Promise<Job<Awaited<ReturnType<F>>>>
}

/** A function that can be called as before, and enqueued. */
export type Delayed<F extends TaskFunction> = F &
  Delay<F> & {
    /** The same with other options for its jobs. */
    with(options: JobOptions): Delay<F>
  }

/**
 * Give an exported function a queue: `export const add = job('low', { connection, timeout: 5 })((a, b) => a + b)`, then
 * `add.delay(3, 4)`. The function itself gets the methods and is given back, so that workers find it by its export.
 */
export function job(queue: string, options: DelayedOptions): <F extends TaskFunction>(fn: F) => Delayed<F> {
  const { connection, serializer, defaultTimeout, taskPaths, prefix, clock, random, timeout, ...rest } = options
  const always: JobOptions = timeout === undefined ? rest : { jobTimeout: timeout, ...rest }
  let opened: Queue | undefined
  const enqueuer = (more: JobOptions): Enqueuer => {
    const settings = { serializer, defaultTimeout, taskPaths, prefix, clock, random }
    opened ??= new Queue(queue, {
      connection: typeof connection === 'function' ? connection() : connection,
      // A queue takes what is undefined for left out.
      ...(settings as Omit<QueueOptions, 'connection'>),
    })
    return opened.with({ ...always, ...more })
  }
  return <F extends TaskFunction>(fn: F) => {
    const delayWith = (more: JobOptions): Delay<F> => ({
      delay: async (...args) => enqueuer(more).enqueue(fn, ...args),
    })
    return Object.assign(fn, { ...delayWith({}), with: delayWith })
  }
}
