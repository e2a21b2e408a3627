import type { Store } from '../redis/store.js'
import type { JobFacts, PauseFacts, SuspensionFacts } from './facts.js'
import { readFailure } from './read-failure.js'
import { findTraces, readDependencies, readLock, readPlaces, readRateLimit } from './read-places.js'
import { readPosition } from './read-position.js'
import { readRuns } from './read-runs.js'
import { readStored } from './read-stored.js'
import { readPauses } from '../fleet/pauses.js'
import { readDaemons, readListeners, readWorkersOf } from './read-workers.js'
import { soft, told } from './soft.js'

export interface ReadOptions {
  /** What daemons do not write into Redis. */
  readonly pauses?: readonly PauseFacts[]
  /** Decode the call; otherwise only its format is found out. */
  readonly decodes?: boolean
}

/** Statuses of jobs that do not wait to be taken off a list. */
const settled = new Set(['finished', 'failed', 'stopped', 'canceled', 'deferred', 'scheduled', 'rate_limited'])

/**
 * Read all that explains a job: some fifty commands in a few round trips, with bounds on all that may be long. It reads
 * only. @throws RqdError RQD_REDIS
 */
export async function readFacts(store: Store, jobId: string, options: ReadOptions = {}): Promise<JobFacts> {
  const { redis, keys } = store
  const { pauses = [], decodes = true } = options
  const [[seconds, microseconds], keyType, suspendedMs, daemons] = await Promise.all([
    told(redis.time()),
    told(redis.type(keys.job(jobId))),
    told(redis.pttl(keys.suspended)),
    readDaemons(redis, keys),
  ])
  const nowMs = Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000)
  const stored = await readStored(store, jobId, nowMs, decodes)
  const { hash } = stored
  const origin = hash.origin ?? ''
  const [place, places] = await Promise.all([
    readPosition(redis, keys, origin, jobId, { enqueuedAtMs: hash.enqueuedAtMs }),
    readPlaces(redis, keys, origin, jobId),
  ])
  const waits = keyType === 'hash' && !settled.has(hash.status ?? '')
  const runs = await readRuns(redis, keys, { jobId, queue: origin }, daemons, waits && place.isThere !== true)
  // Neither where it should be nor with a worker: it may lie on a queue that is not its own.
  const isLost = waits && place.isThere === false && runs.length === 0 && !places.isIntermediate
  const traces = keyType === 'none' || isLost ? await findTraces(redis, keys, jobId) : []
  const elsewhere = isLost ? traces.find((trace) => trace.place === 'queue')?.queue : undefined
  const queue = elsewhere ?? hash.origin
  const [position, [runner], listeners, dependencies, schedulerLock, rateLimit, failure, resultsLeft, everywhere] =
    await Promise.all([
      elsewhere === undefined ? place : readPosition(redis, keys, elsewhere, jobId),
      readWorkersOf(redis, keys, hash.workerName === undefined ? [] : [hash.workerName], daemons, nowMs),
      readListeners(redis, keys, queue ?? '', daemons, nowMs),
      hash.status === 'deferred' ? readDependencies(redis, keys, jobId, hash.dependencyIds) : [],
      readLock(redis, keys, queue ?? ''),
      hash.rateLimitKey === undefined ? undefined : readRateLimit(redis, keys, hash.rateLimitKey, jobId),
      hash.status === 'failed' || hash.status === 'stopped' ? readFailure(redis, keys, hash) : undefined,
      soft(redis.xlen(keys.results(jobId))),
      // A key that holds something else pauses nothing.
      readPauses(redis, keys).catch(() => undefined),
    ])
  return {
    jobId,
    nowMs,
    jobKey: keys.job(jobId),
    keyType,
    stored,
    queue,
    queueKey: queue === undefined ? '' : keys.queue(queue),
    position,
    places,
    runs,
    daemons,
    runner,
    listeners,
    suspension: suspensionOf(suspendedMs, nowMs),
    pauses,
    isPausedEverywhere: everywhere && (everywhere.all || everywhere.queues.includes(queue ?? '')),
    dependencies,
    schedulerLock,
    rateLimit,
    failure,
    traces,
    resultsLeft: resultsLeft ?? 0,
  }
}

function suspensionOf(remainingMs: number, nowMs: number): SuspensionFacts {
  return { isOn: remainingMs !== -2, endMs: remainingMs >= 0 ? nowMs + remainingMs : undefined }
}
