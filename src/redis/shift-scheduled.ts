import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { asInteger, runScript } from './script.js'
import { scripts } from './scripts.js'

/** Let all scheduled jobs of queues be due so much earlier, in one step. For tests. @returns how many there were */
export async function shiftScheduled(
  redis: Redis,
  keys: Keys,
  queues: readonly string[],
  bySec: number,
): Promise<number> {
  const moreKeys = queues.map((queue) => keys.scheduled(queue))
  return asInteger(await runScript(redis, scripts.shiftScheduled, { keys: {}, moreKeys, args: { bySec } }))
}
