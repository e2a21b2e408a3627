import type { Redis } from 'ioredis'

/** What a job does: a function of tasks/benchtasks.mjs and its argument, `ms` or a text of so many `bytes`. */
export interface Job {
  readonly task: 'noop' | 'spin' | 'sleep' | 'echo' | 'stamp'
  readonly ms?: number
  readonly bytes?: number
}

/** A program to run, and the name under which it is reported. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
}

/** Where a worker finds Redis and its work. */
export interface Place {
  /** Unix socket of Redis, or of the proxy before it. */
  readonly path: string
  readonly queues: readonly string[]
  /** How many jobs at once; each side has a unit of its own, see `Side.widths`. */
  readonly width: number
  /** A folder of its own. */
  readonly folder: string
}

/** One system under test. */
export interface Side {
  readonly id: string
  readonly title: string
  /** Values of its knob (concurrency, or calls in flight) of which the best is taken for no-op jobs. */
  readonly widths: readonly number[]
  /** The width for jobs that mostly wait: 100 of them at once, where the side can. */
  readonly sleepWidth: number
  /** Most jobs of one measurement: slow systems get fewer, so that a round ends. */
  readonly maxJobs: number
  readonly worker: (place: Place) => Program
  /** Another program of its library: `fill`, `produce`, `rates`. See peers/driver.mjs. */
  readonly driver: (command: string, given: Record<string, unknown>) => Program
  /** How many jobs have ended well. `total`: how many were ever enqueued. */
  readonly done: (redis: Redis, queues: readonly string[], total: number) => Promise<number>
  /** The list on which jobs wait, and what tells an idle worker of them once it has been filled by other means. */
  readonly waiting: (queue: string) => string
  readonly wake?: (redis: Redis, queue: string) => Promise<unknown>
}
