/** Helpers for the tests of programs that enqueue jobs: `import { runQueued } from 'rqd/testing'`. */
import { RqdError } from './errors.js'
import { decodeCall } from './job/call.js'
import type { Queue } from './queue.js'
import { createKeys } from './redis/keys.js'
import { Worker } from './worker.js'

/** A call that waits on a queue. */
export interface QueuedCall {
  readonly id: string
  readonly func: string
  readonly args: readonly unknown[]
  readonly kwargs: Readonly<Record<string, unknown>>
}

/**
 * Run in this process all jobs that wait on these queues, those that they enqueue there in turn included. The first
 * queue goes first. Functions are loaded from the queues' task paths.
 * @returns how many were run
 * @throws RqdError RQD_BAD_OPTION if the queues do not share a connection and a prefix, RQD_REDIS
 */
export async function runQueued(first: Queue, ...more: readonly Queue[]): Promise<number> {
  const queues = [first, ...more]
  const { connection, prefix, clock, random } = first.options
  const stranger = more.find(({ options }) => options.connection !== connection || options.prefix !== prefix)
  if (stranger !== undefined) {
    const text = `queue ${JSON.stringify(stranger.name)} has another connection or prefix than ${JSON.stringify(first.name)}; expected the same: run them one by one`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  const taskPaths = [...new Set(queues.flatMap(({ options }) => options.taskPaths))]
  const names = queues.map(({ name }) => name)
  return new Worker(names, { connection, prefix, taskPaths, clock, random }).work({ burst: true })
}

/**
 * The calls that wait on a queue, the next one first. Ids whose job is gone are left out.
 * @throws PayloadError if one cannot be read
 */
export async function enqueued(queue: Queue): Promise<QueuedCall[]> {
  const { connection, prefix } = queue.options
  const keys = createKeys(prefix)
  const ids = await connection.lrange(keys.queue(queue.name), 0, -1)
  const payloads = await Promise.all(ids.map((id) => connection.hgetBuffer(keys.job(id), 'data')))
  return ids.flatMap((id, i) => {
    const data = payloads[i]
    if (data === undefined || data === null) return []
    const { func, args, kwargs } = decodeCall(data)
    return [{ id, func, args, kwargs }]
  })
}
