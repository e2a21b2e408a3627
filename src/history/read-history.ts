import type { Redis } from 'ioredis'
import { pipelined, readReply } from '../fleet/pipeline.js'
import type { Keys } from '../redis/keys.js'
import { type HistoryMinute, MINUTE_MS, readMinute } from './minute.js'

/** Minutes that are kept for certain. */
export const MOST_MINUTES = 1_440

/** The last minutes, the one that goes on now last. Costs the same whatever happened. @throws RqdError RQD_REDIS */
export async function readHistory(redis: Redis, keys: Keys, minutes: number): Promise<HistoryMinute[]> {
  const [sec] = await readReply('the clock of Redis', redis.time())
  const last = Math.floor((Number(sec) * 1000) / MINUTE_MS)
  const first = last - minutes + 1
  const hours: number[] = []
  for (let hour = Math.floor(first / 60); hour <= Math.floor(last / 60); hour++) hours.push(hour)
  const outcomes = await pipelined(redis, hours, 1, (pipeline, hour) => pipeline.hgetall(keys.history(hour)))
  const found = outcomes.map(([outcome]) => {
    const reply = outcome?.error === undefined ? outcome?.reply : undefined
    return typeof reply === 'object' && reply !== null ? (reply as Record<string, string>) : {}
  })
  return Array.from({ length: minutes }, (_, i) => {
    const minute = first + i
    const hash = found[Math.floor(minute / 60) - (hours[0] ?? 0)]
    return readMinute(minute * MINUTE_MS, hash?.[String(minute % 60)] ?? null)
  })
}
