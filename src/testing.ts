/**
 * Helpers for the tests of programs that enqueue jobs: `import { runQueued } from 'rqd/testing'`.
 * @module rqd/testing
 */
import type { Queue } from './queue.js'
import { commonOptions } from './testing/common-options.js'
import { Worker } from './worker.js'

export { advance } from './testing/advance.js'
export { enqueued, scheduled, type QueuedCall, type ScheduledCall } from './testing/calls.js'
export { FakeClock } from './testing/fake-clock.js'

/**
 * Run in this process all jobs that wait on these queues, those that they enqueue there in turn included. The first
 * queue goes first. Functions are loaded from the queues' task paths.
 * @returns how many were run
 * @throws RqdError RQD_BAD_OPTION if the queues do not share a connection and a prefix, RQD_REDIS
 */
export async function runQueued(first: Queue, ...more: readonly Queue[]): Promise<number> {
  const queues = [first, ...more]
  const { connection, prefix, clock, random } = commonOptions(queues, ['connection', 'prefix'])
  const taskPaths = [...new Set(queues.flatMap(({ options }) => options.taskPaths))]
  const names = queues.map(({ name }) => name)
  return new Worker(names, { connection, prefix, taskPaths, clock, random }).work({ burst: true })
}
