import { NoSuchJobError, RqdError, hasCode } from './errors.js'
import { pipelined, type Outcome } from './fleet/pipeline.js'
import { parseJobHash, type JobHash } from './job/hash.js'
import type { Result } from './job/result.js'
import { readResult, type StreamEntry } from './job-result.js'
import { readKey } from './redis/read-key.js'
import type { Store } from './redis/store.js'

const RESULTS = 'a stream of results'

/** A job as it lies in Redis. */
export interface LoadedJob {
  readonly hash: JobHash
  readonly latest: Result | undefined
}

/** @throws NoSuchJobError, MalformedJobError if a field cannot be read, RqdError RQD_REDIS */
export async function loadJob({ keys, redis }: Store, jobId: string): Promise<LoadedJob> {
  // Sent in one write; a hash and a result from two instants are told apart by their own times.
  const [fields, entries] = await Promise.all([
    readKey(redis, keys.job(jobId), 'the hash of a job', redis.hgetallBuffer(keys.job(jobId))),
    readKey(redis, keys.results(jobId), RESULTS, redis.xrevrangeBuffer(keys.results(jobId), '+', '-', 'COUNT', 1)),
  ])
  const loaded = read(jobId, fields, entries)
  if (loaded === null) throw new NoSuchJobError(jobId)
  return loaded
}

/**
 * Many jobs, a few hundred a round trip, in the order of their ids; null for one that does not exist.
 * @throws MalformedJobError, RqdError RQD_REDIS
 */
export async function loadJobs({ keys, redis }: Store, jobIds: readonly string[]): Promise<(LoadedJob | null)[]> {
  const outcomes = await pipelined(redis, jobIds, 2, (pipeline, jobId) => {
    pipeline.hgetallBuffer(keys.job(jobId)).xrevrangeBuffer(keys.results(jobId), '+', '-', 'COUNT', 1)
  })
  return jobIds.map((jobId, i) => {
    const [fields, entries] = outcomes[i] ?? []
    return read(jobId, replyOf(jobId, fields) as Record<string, Buffer>, replyOf(jobId, entries) as StreamEntry[])
  })
}

/** The same without those that cannot be read, or whose keys hold something else. @throws RqdError RQD_REDIS */
export async function loadReadableJobs({ keys, redis }: Store, jobIds: readonly string[]): Promise<LoadedJob[]> {
  const outcomes = await pipelined(redis, jobIds, 2, (pipeline, jobId) => {
    pipeline.hgetallBuffer(keys.job(jobId)).xrevrangeBuffer(keys.results(jobId), '+', '-', 'COUNT', 1)
  })
  return jobIds.flatMap((jobId, i) => {
    const [fields, entries] = outcomes[i] ?? []
    if (fields === undefined || fields.error !== undefined || entries === undefined || entries.error !== undefined)
      return []
    try {
      return read(jobId, fields.reply as Record<string, Buffer>, entries.reply as StreamEntry[]) ?? []
    } catch (thrown) {
      if (hasCode(thrown, 'RQD_MALFORMED_JOB')) return []
      throw thrown
    }
  })
}

/** All results of a job that are kept, the newest first. @throws MalformedJobError, RqdError RQD_REDIS */
export async function loadResults({ keys, redis }: Store, jobId: string, count?: number): Promise<Result[]> {
  const key = keys.results(jobId)
  const entries =
    count === undefined ? redis.xrevrangeBuffer(key, '+', '-') : redis.xrevrangeBuffer(key, '+', '-', 'COUNT', count)
  return (await readKey(redis, key, RESULTS, entries)).map(readResult)
}

function read(jobId: string, fields: Record<string, Buffer>, entries: StreamEntry[]): LoadedJob | null {
  const map = new Map(Object.entries(fields))
  if (map.size === 0) return null
  const [entry] = entries
  return { hash: parseJobHash(jobId, map), latest: entry === undefined ? undefined : readResult(entry) }
}

function replyOf(jobId: string, outcome: Outcome | undefined): unknown {
  if (outcome !== undefined && outcome.error === undefined) return outcome.reply
  const error = outcome?.error ?? new Error('there was no answer')
  throw new RqdError('RQD_REDIS', `Redis could not read the job ${JSON.stringify(jobId)}: ${error.message}`, {
    cause: error,
  })
}
