import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'
import { pipelined } from './pipeline.js'

/**
 * How long the most overdue scheduled job of some queues has been due, seconds; 0 where none is. Whole seconds are
 * stored, so a second is nothing.
 * @throws RqdError RQD_REDIS
 */
export async function schedulerLagSec(
  redis: Redis,
  keys: Keys,
  queues: readonly string[],
  nowMs: number,
): Promise<number> {
  const outcomes = await pipelined(redis, queues, 1, (pipeline, queue) => {
    pipeline.zrange(keys.scheduled(queue), '0', '0', 'WITHSCORES')
  })
  const lags = outcomes.map(([outcome]) => {
    const score = outcome?.error === undefined && Array.isArray(outcome?.reply) ? Number(outcome.reply[1]) : NaN
    return Number.isFinite(score) ? Math.max(0, nowMs / 1000 - score) : 0
  })
  return Math.max(0, ...lags)
}
