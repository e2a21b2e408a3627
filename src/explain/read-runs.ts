import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'
import type { DaemonFacts, RunFacts } from './facts.js'
import { numberIn, soft, told } from './soft.js'

const MOST_EXECUTIONS = 10

/**
 * The executions of a job: those that are shown as running, and those that a daemon of ours has claimed.
 * @param isSought look through all claims, for a job that is in no other place
 * @throws RqdError RQD_REDIS
 */
export async function readRuns(
  redis: Redis,
  keys: Keys,
  job: { jobId: string; queue: string },
  daemons: readonly DaemonFacts[],
  isSought: boolean,
): Promise<RunFacts[]> {
  const { jobId, queue } = job
  const [listed = [], bare] = await Promise.all([
    soft(redis.zrange(keys.executions(jobId), -MOST_EXECUTIONS, '-1')),
    soft(redis.zscore(keys.started(queue), jobId)),
  ])
  const claimed = isSought ? await findClaims(redis, keys, jobId, daemons) : []
  const executions = [...new Set([...listed, ...claimed])]
  const runs = await Promise.all(executions.map((execution) => readRun(redis, keys, job, execution, daemons)))
  const bareEndMs = scoreMs(bare)
  // Written beside our own where RQ 1.13 is to read it: the execution tells more.
  if (bareEndMs !== undefined && runs.length === 0) {
    runs.push({ execution: undefined, holder: undefined, markEndMs: bareEndMs, isBeating: false })
  } else if (bareEndMs !== undefined && runs[0]?.markEndMs === undefined) {
    runs.splice(0, 1, ...runs.slice(0, 1).map((run) => ({ ...run, markEndMs: bareEndMs })))
  }
  return runs.filter(({ holder, markEndMs }) => holder !== undefined || markEndMs !== undefined)
}

async function readRun(
  redis: Redis,
  keys: Keys,
  { jobId, queue }: { jobId: string; queue: string },
  execution: string,
  daemons: readonly DaemonFacts[],
): Promise<RunFacts> {
  const [score, beating, ...held] = await Promise.all([
    soft(redis.zscore(keys.started(queue), `${jobId}:${execution}`)),
    told(redis.exists(keys.execution(jobId, execution))),
    ...daemons.map(({ id }) => soft(redis.hexists(keys.claims(id), execution))),
  ])
  return {
    execution,
    holder: daemons.find((_, i) => held[i] === 1),
    markEndMs: scoreMs(score),
    isBeating: beating === 1,
  }
}

/** A daemon holds no more jobs than its executors have room for: some hundreds. */
async function findClaims(redis: Redis, keys: Keys, jobId: string, daemons: readonly DaemonFacts[]): Promise<string[]> {
  const all = await Promise.all(daemons.map(({ id }) => soft(redis.hgetall(keys.claims(id)))))
  return all.flatMap((claims) =>
    Object.entries(claims ?? {}).flatMap(([execution, json]) =>
      (JSON.parse(json) as { id: string }).id === jobId ? [execution] : [],
    ),
  )
}

function scoreMs(score: string | null | undefined): number | undefined {
  const seconds = numberIn(score)
  return seconds === undefined ? undefined : seconds * 1000
}
