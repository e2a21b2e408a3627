import type { Redis } from 'ioredis'
import { type Outcome, pipelined, readReply } from '../fleet/pipeline.js'
import { readKnownQueues } from '../fleet/queues.js'
import type { Keys } from '../redis/keys.js'
import type { Samples } from './minute.js'
import type { PeerCounts } from './peer-counts.js'

/** How queues and workers stand. */
export interface FleetLook {
  readonly samples: Samples
  /** By name: the workers whose runs nobody tells of but their own hashes, as those of Python. */
  readonly peers: ReadonlyMap<string, PeerCounts>
}

const WORKER_FIELDS = [
  'birth',
  'state',
  'rqd_supervisor',
  'successful_job_count',
  'failed_job_count',
  'total_working_time',
] as const

/** Look at all known queues and workers, in pipelines that end soon. @throws RqdError RQD_REDIS */
export async function readFleet(redis: Redis, keys: Keys): Promise<FleetLook> {
  const { names } = await readKnownQueues(redis, keys)
  const lengths = await pipelined(redis, names, 3, (pipeline, queue) => {
    pipeline.llen(keys.queue(queue)).zcard(keys.failed(queue)).zcard(keys.started(queue))
  })
  const total = (i: number): number => lengths.reduce((sum, outcomes) => sum + numberOf(outcomes[i]), 0)
  const workers = await readWorkerCounts(redis, keys)
  const telling = await readTelling(redis, keys, workers)
  return {
    samples: {
      waiting: total(0),
      failedJobs: total(1),
      running: total(2),
      workers: workers.length,
      busyWorkers: workers.filter(({ state }) => state === 'busy').length,
    },
    peers: new Map(
      workers.filter(({ supervisor }) => !telling(supervisor)).map(({ name, counts }) => [name, counts] as const),
    ),
  }
}

interface WorkerCounts {
  readonly name: string
  readonly state: string
  /** The daemon of rqd behind it; empty: none. */
  readonly supervisor: string
  readonly counts: PeerCounts
}

async function readWorkerCounts(redis: Redis, keys: Keys): Promise<WorkerCounts[]> {
  const members = await readReply(`the set of workers ${keys.workers}`, redis.smembers(keys.workers))
  const names = members.map((member) => keys.workerName(member)).filter((name) => name !== undefined)
  const outcomes = await pipelined(redis, names, 1, (pipeline, name) => {
    pipeline.hmget(keys.worker(name), ...WORKER_FIELDS)
  })
  return names.flatMap((name, i) => {
    const values = textsOf(outcomes[i]?.[0])
    // Its hash is gone: so is the worker.
    if (values.every((value) => value === '')) return []
    const [, state = '', supervisor = '', finished, failed, workSec] = values
    const counts = { finished: countOf(finished), failed: countOf(failed), runMs: countOf(workSec) * 1000 }
    return [{ name, state, supervisor, counts }]
  })
}

/** @returns whether the daemon of a worker tells of its runs by itself. One that is gone has told what it could. */
async function readTelling(
  redis: Redis,
  keys: Keys,
  workers: readonly WorkerCounts[],
): Promise<(supervisor: string) => boolean> {
  const supervisors = [...new Set(workers.map(({ supervisor }) => supervisor))].filter((id) => id !== '')
  const outcomes = await pipelined(redis, supervisors, 1, (pipeline, id) => {
    pipeline.hmget(keys.supervisor(id), 'name', 'history')
  })
  const silent = supervisors.filter((_, i) => {
    const [name = '', history = ''] = textsOf(outcomes[i]?.[0])
    return name !== '' && history !== '1'
  })
  return (supervisor) => supervisor !== '' && !silent.includes(supervisor)
}

function countOf(text: string | undefined): number {
  const value = Number(text)
  return Number.isFinite(value) && value > 0 ? value : 0
}

function numberOf(outcome: Outcome | undefined): number {
  return outcome?.error === undefined && typeof outcome?.reply === 'number' ? outcome.reply : 0
}

function textsOf(outcome: Outcome | undefined): string[] {
  const reply = outcome?.error === undefined ? outcome?.reply : undefined
  return Array.isArray(reply) ? reply.map((value: unknown) => (typeof value === 'string' ? value : '')) : []
}
