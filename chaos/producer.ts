import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { encodeCall } from '../src/job/call.js'
import { encodeJobHash, parseJobHash } from '../src/job/hash.js'
import { createKeys } from '../src/redis/keys.js'
import { Store } from '../src/redis/store.js'
import { nowMs } from './clock.js'
import type { PlannedBurst, PlannedJob } from './plan.js'

/** When nothing has moved for so long, the next burst comes whatever is left of those before. */
const PATIENCE_MS = 1_500

/** Enqueue the bursts, each when its backlog is reached. `ended`: how many jobs have ended so far. */
export async function produce(
  redis: Redis,
  bursts: readonly PlannedBurst[],
  retries: number,
  ended: () => number,
  signal: AbortSignal,
): Promise<void> {
  const store = new Store(redis, createKeys())
  let enqueued = 0
  for (const { jobs, backlog } of bursts) {
    await waitForBacklog(() => enqueued - ended(), backlog, signal)
    for (const job of jobs) await enqueue(store, job, retries, signal)
    enqueued += jobs.length
  }
}

async function waitForBacklog(left: () => number, backlog: number, signal: AbortSignal): Promise<void> {
  let fewest = left()
  let movedMs = nowMs()
  while (left() > backlog && nowMs() - movedMs < PATIENCE_MS) {
    await delay(5, undefined, { signal })
    if (left() < fewest) {
      fewest = left()
      movedMs = nowMs()
    }
  }
}

// `unique`: a call whose answer was lost with Redis is made again and must not enqueue a second time.
async function enqueue(
  store: Store,
  { id, queue, ms }: PlannedJob,
  retries: number,
  signal: AbortSignal,
): Promise<void> {
  const now = Date.now()
  const fields = encodeJobHash({
    ...parseJobHash(id, new Map()),
    createdAtMs: now,
    enqueuedAtMs: now,
    status: 'queued',
    origin: queue,
    description: `work.run('${id}', ${ms})`,
    data: encodeCall({ func: 'work.run', instance: null, args: [id, ms], kwargs: {} }, 'json'),
    timeoutSec: 180,
    resultTtlSec: 86_400,
    failureTtlSec: 86_400,
    retriesLeft: retries === 0 ? undefined : retries,
  })
  const call = { jobId: id, queue, fields, ttlSec: 0, atFront: false, unique: true }
  for (;;) {
    try {
      await store.enqueue(call)
      return
    } catch (thrown) {
      // A server that has just come back may still be loading its file.
      if (!String(thrown).includes('LOADING')) throw thrown
      await delay(25, undefined, { signal })
    }
  }
}
