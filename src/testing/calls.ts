import { decodeCall } from '../job/call.js'
import type { Queue } from '../queue.js'
import { createKeys } from '../redis/keys.js'

/** A call that waits on a queue. */
export interface QueuedCall {
  /** Of its job. */
  readonly id: string
  /** Name of the function, as workers find it. */
  readonly func: string
  /** Positional arguments. */
  readonly args: readonly unknown[]
  /** Keyword arguments; empty where there are none. */
  readonly kwargs: Readonly<Record<string, unknown>>
}

/** A call that waits for its time. */
export interface ScheduledCall extends QueuedCall {
  /** When it is due, to the second, by the clock of its queue. */
  readonly dueAt: Date
}

/**
 * The calls that wait on a queue, the next one first. Ids whose job is gone are left out.
 * @throws PayloadError if one cannot be read
 */
export async function enqueued(queue: Queue): Promise<QueuedCall[]> {
  const { connection, prefix } = queue.options
  const ids = await connection.lrange(createKeys(prefix).queue(queue.name), 0, -1)
  const calls = await readCalls(queue, ids)
  return calls.filter((call) => call !== undefined)
}

/**
 * The calls that wait for their time on a queue, delayed retries and repeats among them, the next one first. Ids whose
 * job is gone are left out.
 * @throws PayloadError if one cannot be read
 */
export async function scheduled(queue: Queue): Promise<ScheduledCall[]> {
  const { connection, prefix, clock } = queue.options
  const entries = await connection.zrange(createKeys(prefix).scheduled(queue.name), '0', '-1', 'WITHSCORES')
  const ids = entries.filter((_, i) => i % 2 === 0)
  const calls = await readCalls(queue, ids)
  return calls.flatMap((call, i) => {
    const dueAt = new Date(Number(entries[2 * i + 1]) * 1_000 + (clock.aheadMs ?? 0))
    return call === undefined ? [] : [{ ...call, dueAt }]
  })
}

/** The calls of jobs in the order of their ids; undefined for a job that is gone. */
function readCalls(queue: Queue, ids: readonly string[]): Promise<(QueuedCall | undefined)[]> {
  const { connection, prefix } = queue.options
  const keys = createKeys(prefix)
  return Promise.all(
    ids.map(async (id) => {
      const data = await connection.hgetBuffer(keys.job(id), 'data')
      if (data === null) return undefined
      const { func, args, kwargs } = decodeCall(data)
      return { id, func, args, kwargs }
    }),
  )
}
