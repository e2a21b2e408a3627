import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { Bed } from './bed.js'
import { fill } from './fill.js'
import { Running } from './processes.js'
import type { Job, Side } from './side.js'
import { readTraffic, type Traffic } from './traffic.js'
import { untilDone } from './until-done.js'
import { Wire } from './wire.js'

/** Between two looks at how far a side is. The error of a rate is at most this over its duration. */
const LOOK_MS = 4
const STILL_BOUND_MS = 60_000

export interface DrainSetting {
  readonly side: Side
  readonly width: number
  readonly job: Job
  readonly jobs: number
  /** Jobs that are run before, so that connections are open and code is compiled. */
  readonly warmUp: number
  readonly queues?: readonly string[]
  /** Time that a round trip to Redis takes on top; undefined: the worker is connected directly. */
  readonly roundTripMs?: number
  /** Redis has a replica. */
  readonly isReplicated?: boolean
}

export interface Drained {
  readonly perSec: number
  /** What Redis was asked per job. */
  readonly traffic: Traffic
}

/**
 * Jobs a second of one side on a Redis of its own. The jobs wait in Redis under another name while a worker starts and
 * runs its warm-up; then the list is renamed to where the worker looks. The clock runs from the first look at which
 * some of them are done to the first at which all are, and counts what was done in between. All sides are looked at
 * from outside, in Redis, at the same pace.
 */
export function drain(setting: DrainSetting): Promise<Drained> {
  return Bed.use(async ({ server, folder }) => {
    const { side, width, job, jobs, warmUp, queues = ['default'], roundTripMs } = setting
    const redis = server.client
    await fill(side, server.socket, queues, jobs, job)
    for (const queue of queues) await redis.rename(side.waiting(queue), held(queue))
    await fill(side, server.socket, queues, warmUp, job)
    const wire = roundTripMs === undefined ? undefined : await Wire.lay(folder, server.socket, roundTripMs)
    const worker = new Running(side.worker({ path: wire?.path ?? server.socket, queues, width, folder }))
    try {
      let looks = 0
      const count = (): Promise<number> => {
        looks += 1
        return side.done(redis, queues, jobs + warmUp)
      }
      await untilDone(worker, count, warmUp)
      await redis.config('RESETSTAT')
      looks = 0
      await release(redis, side, queues)
      const { seconds, done } = await timeDrain(worker, count, warmUp, jobs)
      return { perSec: done / seconds, traffic: await readTraffic(redis, jobs, looks) }
    } finally {
      await worker.stop()
      await wire?.cut()
    }
  }, setting.isReplicated)
}

const held = (queue: string): string => `bench:held:${queue}`

async function release(redis: Redis, side: Side, queues: readonly string[]): Promise<void> {
  const multi = redis.multi()
  for (const queue of queues) multi.rename(held(queue), side.waiting(queue))
  await multi.exec()
  for (const queue of queues) await side.wake?.(redis, queue)
}

/**
 * Look until so many more are done.
 * @returns how many were done between the first look that saw any and the last, and the time between the two
 */
export async function timeDrain(
  worker: Running,
  count: () => Promise<number>,
  before: number,
  jobs: number,
  lookMs = LOOK_MS,
): Promise<{ seconds: number; done: number }> {
  let first: { atMs: number; done: number } | undefined
  let movedMs = performance.now()
  for (let last = before; ;) {
    const done = await count()
    const atMs = performance.now()
    if (done > before) first ??= { atMs, done }
    if (done >= before + jobs && first !== undefined) {
      if (done === first.done) throw new Error(`all ${jobs} jobs were done at the first look: give it more with --jobs`)
      return { seconds: (atMs - first.atMs) / 1000, done: done - first.done }
    }
    if (done > last) movedMs = atMs
    last = done
    worker.check()
    if (atMs - movedMs > STILL_BOUND_MS) throw new Error(`stuck at ${done} of ${before + jobs}:\n${worker.output}`)
    await delay(lookMs)
  }
}
