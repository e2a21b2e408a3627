import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { Bed } from './bed.js'
import { fill } from './fill.js'
import { Running } from './processes.js'
import type { Job, Side } from './side.js'

/** Between two looks at how far a side is. The error of a rate is at most this over its duration. */
const LOOK_MS = 4
const WARM_UP_BOUND_MS = 60_000
const STILL_BOUND_MS = 60_000

export interface DrainSetting {
  readonly side: Side
  readonly width: number
  readonly job: Job
  readonly jobs: number
  /** Jobs that are run before, so that connections are open and code is compiled. */
  readonly warmUp: number
  readonly queues: readonly string[]
}

export interface Drained {
  readonly perSec: number
  readonly jobs: number
}

/**
 * Jobs a second of one side on a Redis of its own. The jobs wait in Redis under another name while a worker starts and
 * runs its warm-up; then the list is renamed to where the worker looks. The clock runs from the first look at which
 * some of them are done to the first at which all are, and counts what was done in between. All sides are looked at
 * from outside, in Redis, at the same pace.
 */
export function drain(setting: DrainSetting): Promise<Drained> {
  return Bed.use(async ({ server, folder }) => {
    const { side, width, job, jobs, warmUp, queues } = setting
    const redis = server.client
    const place = { path: server.socket, queues, width, folder }
    await fill(side, place.path, queues, jobs, job)
    await Promise.all(queues.map((queue) => redis.rename(side.waiting(queue), held(queue))))
    await fill(side, place.path, queues, warmUp, job)
    const worker = new Running(side.worker(place))
    try {
      const total = jobs + warmUp
      const count = (): Promise<number> => side.done(redis, queues, total)
      await untilDone(worker, count, warmUp, WARM_UP_BOUND_MS)
      await release(redis, side, queues)
      const { seconds, done } = await timeTail(worker, count, warmUp, total)
      return { perSec: done / seconds, jobs }
    } finally {
      await worker.stop()
    }
  })
}

const held = (queue: string): string => `bench:held:${queue}`

async function release(redis: Redis, side: Side, queues: readonly string[]): Promise<void> {
  const multi = redis.multi()
  for (const queue of queues) multi.rename(held(queue), side.waiting(queue))
  await multi.exec()
  for (const queue of queues) await side.wake?.(redis, queue)
}

async function untilDone(worker: Running, count: () => Promise<number>, wanted: number, boundMs: number) {
  const end = performance.now() + boundMs
  while ((await count()) < wanted) {
    worker.check()
    if (performance.now() > end) throw new Error(`no end of the warm-up in sight:\n${worker.output}`)
    await delay(LOOK_MS)
  }
}

/** Look until all are done. @returns how many were done between the first look that saw any and the last. */
async function timeTail(worker: Running, count: () => Promise<number>, before: number, total: number) {
  let first: { atMs: number; done: number } | undefined
  let movedMs = performance.now()
  for (let last = before; ;) {
    const done = await count()
    const atMs = performance.now()
    if (done > before) first ??= { atMs, done }
    if (done >= total && first !== undefined) return { seconds: (atMs - first.atMs) / 1000, done: done - first.done }
    if (done > last) movedMs = atMs
    last = done
    worker.check()
    if (atMs - movedMs > STILL_BOUND_MS) throw new Error(`stuck at ${done} of ${total}:\n${worker.output}`)
    await delay(LOOK_MS)
  }
}
