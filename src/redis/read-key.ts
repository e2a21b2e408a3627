import type { Redis } from 'ioredis'
import { RqdError, coerceError } from '../errors.js'

/**
 * Await a command on one key.
 * @param expected what the key should hold, for the error
 * @throws RqdError RQD_REDIS naming the key, and what it holds where that is something else
 */
export async function readKey<T>(redis: Redis, key: string, expected: string, reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (thrown) {
    const cause = coerceError(thrown)
    const found = isWrongType(cause) ? `it holds a ${await typeOf(redis, key)}, not ${expected}` : cause.message
    throw new RqdError('RQD_REDIS', `Redis could not read ${key}: ${found}`, { cause })
  }
}

/** True for the server's answer to a command on a key of another type: it gives no other mark than the first word. */
export function isWrongType(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('WRONGTYPE')
}

/** The type of a key, to show: the error that is about to be thrown matters more than this look. */
async function typeOf(redis: Redis, key: string): Promise<string> {
  try {
    return await redis.type(key)
  } catch {
    return 'value of another type'
  }
}
