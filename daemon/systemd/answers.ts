import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'

/** An answer that takes longer is none. */
const ANSWER_LIMIT_MS = 2_000

/** Whether a server answers on this connection, which is made for it and closed behind it. */
export async function answers(redis: Redis): Promise<boolean> {
  // That it cannot be reached is an answer too.
  redis.on('error', () => undefined)
  const bound = new AbortController()
  const late = delay(ANSWER_LIMIT_MS, false, { signal: bound.signal }).catch(() => false)
  const asked = redis
    .connect()
    .then(() => redis.ping())
    .then(
      () => true,
      () => false,
    )
  try {
    return await Promise.race([asked, late])
  } finally {
    bound.abort()
    redis.disconnect()
  }
}
