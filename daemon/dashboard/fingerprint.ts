import type { DataCaller } from '../data/caller.js'

/** What all pages show, in short: while it stays the same, no page has anything new to show. */
export async function fingerprintOf(data: DataCaller): Promise<string> {
  const [{ queues, suspended }, { workers }, { daemons }, { minutes }] = await Promise.all([
    data.call('queues', {}),
    data.call('workers', {}),
    data.call('daemons', {}),
    data.call('history', { minutes: 2 }),
  ])
  return JSON.stringify([
    suspended,
    minutes,
    daemons.map(({ leaseLeftSec: _, rssBytes: __, ...rest }) => rest),
    queues.map(({ oldestAgeSec: _, ...counts }) => counts),
    workers.map(({ name, state, currentJobId, successfulJobCount }) => [name, state, currentJobId, successfulJobCount]),
  ])
}
