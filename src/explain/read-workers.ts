import type { Redis } from 'ioredis'
import { readWorker } from '../fleet/workers.js'
import { parseIso } from '../job/time.js'
import type { Keys } from '../redis/keys.js'
import type { DaemonFacts, ListenerFacts, WorkerFacts } from './facts.js'
import { numberIn, soft } from './soft.js'

/** Workers of a queue that are looked at, and those shown where nobody listens. */
const MOST_WORKERS = 100
const MOST_OTHERS = 10
const MOST_QUEUES = 50
const MOST_DAEMONS = 500

/** Daemons with a lease, or whose lease has run out and whose jobs nobody has taken over. @throws RqdError RQD_REDIS */
export async function readDaemons(redis: Redis, keys: Keys): Promise<DaemonFacts[]> {
  const flat = (await soft(redis.zrange(keys.supervisors, 0, String(MOST_DAEMONS - 1), 'WITHSCORES'))) ?? []
  const ids = flat.filter((_, i) => i % 2 === 0)
  const records = await Promise.all(ids.map((id) => soft(redis.hmget(keys.supervisor(id), 'name', 'host', 'pid'))))
  return ids.map((id, i) => {
    const [name, host, pid] = records[i] ?? []
    return { id, name: name ?? id, host: host ?? '?', pid: pid ?? '?', leaseEndMs: numberIn(flat[2 * i + 1]) ?? 0 }
  })
}

/** The workers that listen on a queue, and what may keep them from its jobs. @throws RqdError RQD_REDIS */
export async function readListeners(
  redis: Redis,
  keys: Keys,
  queue: string,
  daemons: readonly DaemonFacts[],
  nowMs: number,
): Promise<ListenerFacts> {
  const members = (await soft(redis.srandmember(keys.queueWorkers(queue), MOST_WORKERS))) ?? []
  const workers = await readWorkersOf(redis, keys, namesOf(keys, members), daemons, nowMs)
  const alive = workers.filter(({ isAlive }) => isAlive)
  const others =
    alive.length > 0
      ? []
      : await readWorkersOf(
          redis,
          keys,
          namesOf(keys, (await soft(redis.srandmember(keys.workers, MOST_OTHERS))) ?? []),
          daemons,
          nowMs,
        )
  const urgent = new Set(alive.flatMap(({ queues }) => queues.slice(0, Math.max(0, queues.indexOf(queue)))))
  const names = [...urgent].slice(0, MOST_QUEUES)
  const lengths = await Promise.all(names.map((name) => soft(redis.llen(keys.queue(name)))))
  const backlog = new Map(names.map((name, i) => [name, lengths[i] ?? 0]))
  return { workers, others: others.filter(({ isAlive, queues }) => isAlive && !queues.includes(queue)), backlog }
}

/** Workers by name, without those whose hash is gone. @throws RqdError RQD_REDIS */
export async function readWorkersOf(
  redis: Redis,
  keys: Keys,
  names: readonly string[],
  daemons: readonly DaemonFacts[],
  nowMs: number,
): Promise<WorkerFacts[]> {
  const rows = await Promise.all(
    names.map(async (name) => {
      const [hash, executions] = await Promise.all([
        soft(redis.hgetall(keys.worker(name))),
        soft(redis.smembers(keys.workerExecutions(name))),
      ])
      return { hash: hash ?? {}, row: readWorker(name, hash ?? {}, executions ?? []) }
    }),
  )
  return Promise.all(
    rows.flatMap(({ hash, row }) => {
      if (row === undefined) return []
      const supervisor = hash['rqd_supervisor']
      const daemon = daemons.find(({ id }) => id === supervisor)
      const isHeld = supervisor === undefined || supervisor === '' || (daemon?.leaseEndMs ?? 0) > nowMs
      return [
        startOf(redis, keys, row.currentJob).then((currentSinceMs): WorkerFacts => ({
          name: row.name,
          host: row.hostname,
          pid: row.pid,
          queues: row.queues,
          state: row.state,
          currentJob: row.currentJob,
          currentSinceMs,
          lastBeatMs: row.lastHeartbeatMs ?? undefined,
          jobs: row.successfulJobs + row.failedJobs,
          workSec: row.totalWorkingTimeSec,
          isAlive: isHeld && (hash['death'] ?? '') === '',
          isOurs: (supervisor ?? '') !== '',
        })),
      ]
    }),
  )
}

async function startOf(redis: Redis, keys: Keys, jobId: string | null): Promise<number | undefined> {
  if (jobId === null) return undefined
  const text = await soft(redis.hget(keys.job(jobId), 'started_at'))
  try {
    return typeof text === 'string' && text !== '' ? parseIso(text) : undefined
  } catch {
    return undefined
  }
}

function namesOf(keys: Keys, members: readonly string[]): string[] {
  return members
    .map((member) => keys.workerName(member))
    .filter((name) => name !== undefined)
    .sort()
}
