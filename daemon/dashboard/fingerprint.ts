import type { DataCaller } from '../data/caller.js'

/** What all pages show, in short: while it stays the same, no page has anything new to show. */
export async function fingerprintOf(data: DataCaller): Promise<string> {
  const [{ queues, suspended }, { workers }, { daemons }] = await Promise.all([
    data.call('queues', {}),
    data.call('workers', {}),
    data.call('daemons', {}),
  ])
  return JSON.stringify([
    suspended,
    queues.map(({ oldestAgeSec: _, ...counts }) => counts),
    workers.map(({ name, state, currentJobId, successfulJobCount }) => [name, state, currentJobId, successfulJobCount]),
    daemons.map(({ supervisor, state, executors, pausedQueues }) => [supervisor, state, executors, pausedQueues]),
  ])
}
