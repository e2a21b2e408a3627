import type { Redis } from 'ioredis'
import { parseIso } from '../job/time.js'
import type { Keys } from '../redis/keys.js'
import { type Outcome, pipelined, readReply } from './pipeline.js'

/** A worker as its hash shows it. Null: the field is missing or cannot be read. Times are epoch milliseconds. */
export interface WorkerRow {
  readonly name: string
  readonly hostname: string | null
  readonly pid: number | null
  /** RQ writes host and port here. */
  readonly ipAddress: string | null
  /** In order of priority. */
  readonly queues: string[]
  /** `started`, `idle`, `busy`, `suspended`, or whatever is there; `?` if nothing is. */
  readonly state: string
  readonly currentJob: string | null
  readonly lastHeartbeatMs: number | null
  readonly birthMs: number | null
  readonly successfulJobs: number
  readonly failedJobs: number
  readonly totalWorkingTimeSec: number
  readonly version: string | null
  /** What else it says that it runs on: of ours, its own version and that of Node; of RQ's, the version of Python. */
  readonly software: string | null
  /** Of an executor of ours: id of the lease of its daemon. */
  readonly supervisor: string | null
}

/**
 * Workers sorted by name. Those whose hash has vanished are left out, as are members of the sets that are no worker's
 * key. @param queues only workers that listen on one of these; all if left out.
 * @throws RqdError RQD_REDIS
 */
export async function listWorkers(redis: Redis, keys: Keys, queues?: readonly string[]): Promise<WorkerRow[]> {
  return readWorkers(redis, keys, await workerNames(redis, keys, queues))
}

/** The workers of these names whose hash is there, in the order given. @throws RqdError RQD_REDIS */
export async function readWorkers(redis: Redis, keys: Keys, names: readonly string[]): Promise<WorkerRow[]> {
  const outcomes = await pipelined(redis, names, 2, (pipeline, name) => {
    // RQ up to 2.10 writes the job into the hash, later ones into a set of executions.
    pipeline.hgetall(keys.worker(name)).smembers(keys.workerExecutions(name))
  })
  return names.flatMap((name, i) => {
    const [hash, executions] = outcomes[i] ?? []
    const row = readWorker(name, replyOf(hash), replyOf(executions))
    return row === undefined ? [] : [row]
  })
}

/**
 * A row out of a worker's hash and the members of its set of executions; undefined if the hash is gone.
 * @internal for tests
 */
export function readWorker(name: string, hash: unknown, executions: unknown): WorkerRow | undefined {
  if (typeof hash !== 'object' || hash === null) return undefined
  const fields = new Map(Object.entries(hash as Record<string, string>))
  if (fields.size === 0) return undefined
  for (const [field, value] of fields) if (value === '') fields.delete(field)
  const text = (field: string): string | null => fields.get(field) ?? null
  return {
    name,
    hostname: text('hostname'),
    pid: readNumber(fields.get('pid'), /^\d{1,15}$/),
    ipAddress: text('ip_address'),
    queues: (fields.get('queues') ?? '').split(',').filter((queue) => queue !== ''),
    state: text('state') ?? '?',
    currentJob: text('current_job') ?? firstExecution(executions),
    lastHeartbeatMs: readTime(fields.get('last_heartbeat')),
    birthMs: readTime(fields.get('birth')),
    successfulJobs: readNumber(fields.get('successful_job_count'), /^\d{1,15}$/) ?? 0,
    failedJobs: readNumber(fields.get('failed_job_count'), /^\d{1,15}$/) ?? 0,
    totalWorkingTimeSec: readNumber(fields.get('total_working_time'), /^\d+(\.\d+)?(e[+-]?\d+)?$/i) ?? 0,
    version: text('version'),
    software: text('python_version'),
    supervisor: text('rqd_supervisor'),
  }
}

async function workerNames(redis: Redis, keys: Keys, queues: readonly string[] | undefined): Promise<string[]> {
  const members =
    queues === undefined
      ? await readReply(`the set of workers ${keys.workers}`, redis.smembers(keys.workers))
      : (await pipelined(redis, queues, 1, (pipeline, queue) => pipeline.smembers(keys.queueWorkers(queue))))
          .flat()
          .flatMap((outcome) => textsOf(replyOf(outcome)))
  const names = new Set(members.map((member) => keys.workerName(member)).filter((name) => name !== undefined))
  return [...names].sort()
}

// Members read `job:execution`; a job's id may itself hold colons.
function firstExecution(executions: unknown): string | null {
  const first = textsOf(executions).sort()[0]
  if (first === undefined) return null
  const colon = first.lastIndexOf(':')
  return colon === -1 ? first : first.slice(0, colon)
}

function readNumber(text: string | undefined, pattern: RegExp): number | null {
  return text !== undefined && pattern.test(text) ? Number(text) : null
}

function readTime(text: string | undefined): number | null {
  if (text === undefined) return null
  try {
    return parseIso(text)
  } catch {
    return null
  }
}

function replyOf(outcome: Outcome | undefined): unknown {
  return outcome?.error === undefined ? outcome?.reply : undefined
}

function textsOf(reply: unknown): string[] {
  return Array.isArray(reply) ? reply.filter((member) => typeof member === 'string') : []
}
