import type { Redis } from 'ioredis'
import { ResultType, encodeResult } from '../src/job/result.js'
import { formatIso } from '../src/job/time.js'
import { createKeys } from '../src/redis/keys.js'

const keys = createKeys()
/** Jobs made by one call of a script: some tens of milliseconds of Redis. */
const BATCH = 2_000
/** Calls under way. */
const CALLS = 4
const DAY_SEC = 86_400
const YEAR_SEC = 365 * DAY_SEC

// KEYS: failed registry. ARGV: begin of the keys of jobs, of results, first number, how many, their queue, newest
// failure (epoch seconds), how many seconds apart two are, then per kind of failure: function, key of a result.
const makeFailed = `
local kinds = (#ARGV - 7) / 2
for n = tonumber(ARGV[3]), ARGV[3] + ARGV[4] - 1 do
  local id, kind = string.format('00000000-0000-4000-8000-%012x', n), n % kinds
  local at = ARGV[6] - n * ARGV[7]
  local iso = string.format('2026-11-%02dT%02d:%02d:%02d.000000Z', 1 + (n % 28), n % 24, n % 60, n % 60)
  redis.call('HSET', ARGV[1] .. id, 'data', '["' .. ARGV[8 + 2 * kind] .. '",null,[' .. n .. '],{}]', 'origin', ARGV[5],
    'status', 'failed', 'created_at', iso, 'enqueued_at', iso, 'started_at', iso, 'ended_at', iso,
    'description', ARGV[8 + 2 * kind] .. '(' .. n .. ')', 'timeout', '180')
  redis.call('COPY', ARGV[9 + 2 * kind], ARGV[2] .. id)
  redis.call('ZADD', KEYS[1], at, id)
end`

// KEYS: the queue. ARGV: begin of the keys of jobs, first number, how many, their queue, when they were enqueued.
const makeQueued = `
for n = tonumber(ARGV[2]), ARGV[2] + ARGV[3] - 1 do
  local id = string.format('00000000-0000-4000-9000-%012x', n)
  redis.call('HSET', ARGV[1] .. id, 'data', '["tasks.send",null,[' .. n .. '],{}]', 'origin', ARGV[4],
    'status', 'queued', 'created_at', ARGV[5], 'enqueued_at', ARGV[5], 'description', 'tasks.send(' .. n .. ')')
  redis.call('RPUSH', KEYS[1], id)
end`

/** How many jobs there are to be. */
export interface Filling {
  readonly failed: number
  readonly queued: number
  /** Over so many queues, evenly. */
  readonly queues: number
  /** Failures that have nothing in common. */
  readonly groups: number
}

/** What a large site has: 200,000 failed jobs of 60 kinds, a million that wait, on ten queues. */
export const largeSite: Filling = { failed: 200_000, queued: 1_000_000, queues: 10, groups: 60 }

/**
 * Fill a Redis with jobs as dashboards have to show them, fast: they are made inside Redis. Those of each group differ in
 * their numbers. @returns the names of the queues
 */
export async function fillDashboard(redis: Redis, filling: Filling = largeSite): Promise<string[]> {
  const queues = Array.from({ length: filling.queues }, (_, i) => `queue-${i}`)
  await redis.sadd(keys.queues, ...queues.map((queue) => keys.queue(queue)))
  const kinds = await makeKinds(redis, filling.groups)
  const nowSec = Math.floor(Date.now() / 1000)
  const nowIso = formatIso(Date.now())
  for (const [i, queue] of queues.entries()) {
    const from = (jobs: number, index: number): number => Math.floor((jobs * index) / queues.length)
    await inBatches(from(filling.failed, i), from(filling.failed, i + 1), (first, count) =>
      redis.eval(
        makeFailed,
        1,
        keys.failed(queue),
        keys.job(''),
        keys.results(''),
        first,
        count,
        queue,
        nowSec + YEAR_SEC,
        1,
        ...kinds,
      ),
    )
    await inBatches(from(filling.queued, i), from(filling.queued, i + 1), (first, count) =>
      redis.eval(makeQueued, 1, keys.queue(queue), keys.job(''), first, count, queue, nowIso),
    )
  }
  return queues
}

/** One result for each kind of failure, of five jobs each, to be copied. */
async function makeKinds(redis: Redis, groups: number): Promise<string[]> {
  const kinds: string[] = []
  for (let i = 0; i < groups * 5; i++) {
    const group = i % groups
    const word = String.fromCharCode(97 + (group % 26)).repeat(1 + Math.floor(group / 26))
    const frames = Array.from(
      { length: 12 },
      (_, k) => `    at step${k} (file:///srv/app/tasks/${word}.mjs:${k + 3}:9)`,
    )
    const excString = [`TypeError: order ${i * 7_919} has no ${word}`, ...frames].join('\n')
    const key = `bench:kind:${i}`
    const times = { executionStartedAtMs: Date.now(), executionEndedAtMs: Date.now() }
    const fields = encodeResult({
      type: ResultType.failed,
      excString,
      workerName: 'w',
      executionId: '0'.repeat(32),
      ...times,
    })
    await redis.xadd(key, '*', ...fields)
    await redis.expire(key, DAY_SEC)
    kinds.push(`tasks.${word}`, key)
  }
  return kinds
}

async function inBatches(first: number, end: number, make: (first: number, count: number) => Promise<unknown>) {
  const starts: number[] = []
  for (let at = first; at < end; at += BATCH) starts.push(at)
  for (let i = 0; i < starts.length; i += CALLS) {
    await Promise.all(starts.slice(i, i + CALLS).map((at) => make(at, Math.min(BATCH, end - at))))
  }
}
