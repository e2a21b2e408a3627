import type { ChainableCommander, Redis } from 'ioredis'
import { RqdError, coerceError } from '../errors.js'

/** What one command of a pipeline gave: its reply, or the error that the server answered with. */
export type Outcome = { readonly reply: unknown; readonly error?: undefined } | { readonly error: Error }

/** Commands of one pipeline: enough to save round trips, few enough not to hold up the server. */
const CHUNK = 500

/**
 * Send commands for many items in pipelines.
 * @param add appends the commands of one item, `width` of them
 * @returns per item its outcomes, in order.
 * @throws RqdError RQD_REDIS if the connection failed.
 */
export async function pipelined<T>(
  redis: Redis,
  items: readonly T[],
  width: number,
  add: (pipeline: ChainableCommander, item: T) => void,
): Promise<Outcome[][]> {
  const outcomes: Outcome[][] = []
  const step = Math.max(1, Math.floor(CHUNK / width))
  for (let start = 0; start < items.length; start += step) {
    const part = items.slice(start, start + step)
    const pipeline = redis.pipeline()
    for (const item of part) add(pipeline, item)
    const flat = await execute(pipeline)
    part.forEach((_, i) => outcomes.push(flat.slice(i * width, (i + 1) * width)))
  }
  return outcomes
}

/** Await a command. @throws RqdError RQD_REDIS naming what was read. */
export async function readReply<T>(what: string, reply: Promise<T>): Promise<T> {
  try {
    return await reply
  } catch (thrown) {
    const cause = coerceError(thrown)
    throw new RqdError('RQD_REDIS', `Redis could not read ${what}: ${cause.message}`, { cause })
  }
}

async function execute(pipeline: ChainableCommander): Promise<Outcome[]> {
  const replies = await readReply('a pipeline of replies', pipeline.exec())
  return (replies ?? []).map(([error, reply]) => {
    if (error === null) return { reply }
    // An answer of the server concerns one key; anything else is the connection.
    if (error.name === 'ReplyError') return { error }
    throw new RqdError('RQD_REDIS', `Redis did not answer: ${error.message}`, { cause: error })
  })
}
