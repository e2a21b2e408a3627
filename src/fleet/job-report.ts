import { NoSuchJobError } from '../errors.js'
import { readPosition } from '../explain/read-position.js'
import { parseJobHashLeniently, type JobHash } from '../job/hash.js'
import { registryScore } from '../redis/registry-store.js'
import type { Store } from '../redis/store.js'
import { readResultReports, type ResultReport } from './job-report-results.js'
import { jobPlaces, type JobPlaceName, placeKey } from './job-place.js'
import { type Outcome, pipelined, readReply } from './pipeline.js'

/** Where a job lies. `at`: what it stands under there, epoch seconds; null on a list, or where it says nothing. */
export interface JobPosition {
  readonly place: JobPlaceName
  readonly queue: string
  readonly at: number | null
  /** How many wait before it, on a list. */
  readonly before: number | null
}

/** All that Redis has about a job. */
export interface JobReport {
  readonly hash: JobHash
  /** Fields that cannot be read, in words. */
  readonly problems: readonly string[]
  /** Bytes of fields that are too large to be looked at, by name. */
  readonly large: ReadonlyMap<string, number>
  /** When its hash is removed, epoch milliseconds; undefined: never. */
  readonly expiresAtMs: number | undefined
  readonly positions: readonly JobPosition[]
  /** Some of the jobs that wait for it. */
  readonly dependents: readonly string[]
  readonly dependentCount: number
  /** The newest first. */
  readonly results: readonly ResultReport[]
}

/** Fields up to this size are read, bytes. */
const MOST_FIELD = 1024 * 1024
const SOME_DEPENDENTS = 100
/** Fields that come while a job runs and when it ends. */
const changing = ['status', 'started_at', 'ended_at', 'last_heartbeat', 'worker_name', 'result', 'exc_info'] as const

/**
 * Everything about a job, whatever state its data is in. Fields larger than a megabyte are not read.
 * @throws NoSuchJobError, RqdError RQD_REDIS
 */
export async function readJobReport(store: Store, jobId: string, nowMs: number): Promise<JobReport> {
  const { redis, keys } = store
  const { fields, large } = await readHash(store, jobId)
  const { hash, problems } = parseJobHashLeniently(jobId, fields)
  const [outcomes] = await pipelined(redis, [jobId], 3, (pipeline, id) => {
    pipeline.pttl(keys.job(id)).scard(keys.dependents(id)).sscan(keys.dependents(id), 0, 'COUNT', SOME_DEPENDENTS)
  })
  const [ttl, count, scan] = (outcomes ?? []).map(replyOf)
  return {
    hash,
    problems: problems.map(({ message }) => message),
    large,
    expiresAtMs: typeof ttl === 'number' && ttl >= 0 ? nowMs + ttl : undefined,
    positions: hash.origin === undefined ? [] : await readPositions(store, hash, hash.origin),
    dependents: Array.isArray(scan) ? (scan[1] as string[]).slice(0, SOME_DEPENDENTS) : [],
    dependentCount: typeof count === 'number' ? count : 0,
    results: await readResultReports(store, jobId),
  }
}

async function readHash(
  { redis, keys }: Store,
  jobId: string,
): Promise<{ fields: Map<string, Uint8Array>; large: Map<string, number> }> {
  const key = keys.job(jobId)
  const names = await readReply(`the job ${JSON.stringify(jobId)}`, redis.hkeys(key))
  if (names.length === 0) throw new NoSuchJobError(jobId)
  const sizes = await pipelined(redis, names, 1, (pipeline, name) => pipeline.hstrlen(key, name))
  const large = new Map<string, number>()
  const small = names.filter((name, i) => {
    const size = replyOf(sizes[i]?.[0])
    if (typeof size === 'number' && size <= MOST_FIELD) return true
    large.set(name, typeof size === 'number' ? size : 0)
    return false
  })
  // In one command, so that what an end writes together is read together, also what was not there a moment ago.
  const wanted = [...new Set([...small, ...changing.filter((name) => !large.has(name))])]
  const values = await readReply(`the job ${JSON.stringify(jobId)}`, redis.hmgetBuffer(key, ...wanted))
  const fields = new Map<string, Uint8Array>()
  wanted.forEach((name, i) => {
    const value = values[i]
    if (Buffer.isBuffer(value)) fields.set(name, value)
  })
  return { fields, large }
}

async function readPositions(
  { redis, keys }: Store,
  { id: jobId, status, enqueuedAtMs }: Pick<JobHash, 'id' | 'status' | 'enqueuedAtMs'>,
  queue: string,
): Promise<JobPosition[]> {
  const zsets = jobPlaces.filter((place) => place !== 'queued' && place !== 'started')
  const [outcomes] = await pipelined(redis, [jobId], zsets.length, (pipeline, id) => {
    for (const place of zsets) pipeline.zscore(placeKey(keys, place, queue), id)
  })
  const scores = (outcomes ?? []).map(replyOf)
  const positions: JobPosition[] = []
  // Not by one LPOS: in a queue of a million that holds up the server for longer than ten milliseconds.
  const { isThere, ahead } = await readPosition(redis, keys, queue, jobId, { enqueuedAtMs })
  // Not known is only what lies in the middle of a long queue.
  if (isThere ?? status === 'queued') positions.push({ place: 'queued', queue, at: null, before: ahead })
  const registry = { key: keys.started(queue), expires: false, withExecutions: true }
  const started = await registryScore(redis, keys, registry, jobId)
  if (started !== undefined) positions.push({ place: 'started', queue, at: finite(started), before: null })
  zsets.forEach((place, i) => {
    const score = scores[i]
    if (typeof score === 'string') positions.push({ place, queue, at: finite(Number(score)), before: null })
  })
  return positions
}

function finite(score: number): number | null {
  return Number.isFinite(score) && score >= 0 ? score : null
}

function replyOf(outcome: Outcome | undefined): unknown {
  return outcome?.error === undefined ? outcome?.reply : undefined
}
