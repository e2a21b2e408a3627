import type { Keys } from '../redis/keys.js'
import { registryKey, type RegistryName } from '../redis/key-family.js'
import { suspect, type Suspect } from './suspect.js'

/** What was read of the job behind an entry. Null status: the job is gone; empty: it says none. */
export interface EntryFacts {
  readonly id: string
  readonly status: string | null
}

/** What looks wrong with an id on the list of a queue; that it is there once is judged where all lists are known. */
export function judgeListed({ id, status }: EntryFacts, queue: string, keys: Keys): Suspect[] {
  const own = { key: keys.queue(queue), id, queue }
  if (status === null) return [suspect({ ...own, kind: 'listed-without-job', found: 'no job with this id' })]
  if (status === '' || status === 'queued' || status === 'created') return []
  const kind = status === 'canceled' ? 'listed-canceled' : 'listed-ended'
  return [suspect({ ...own, kind, found: `status ${status}` })]
}

/** Whatever is there may be on its way: a second look tells. */
export function judgeIntermediate({ id, status }: EntryFacts, queue: string, keys: Keys): Suspect[] {
  const found = status === null ? 'no job with this id' : `status ${status === '' ? 'missing' : status}`
  return [suspect({ kind: 'intermediate-leftover', key: keys.intermediate(queue), id, queue, found })]
}

const statusesIn: Record<RegistryName, readonly string[]> = {
  wip: ['started'],
  finished: ['finished'],
  failed: ['failed', 'stopped'],
  deferred: ['deferred'],
  scheduled: ['scheduled'],
  canceled: ['canceled'],
}

/** What looks wrong with an entry of a registry. */
export function judgeEntry(
  facts: EntryFacts & { readonly entry: string; readonly score: number },
  registry: RegistryName,
  queue: string,
  nowSec: number,
  keys: Keys,
): Suspect[] {
  const { id, status, entry, score } = facts
  // Its worker may still be at it, or has until then to say so.
  if (registry === 'wip' && score > nowSec) return []
  const own = { key: registryKey(keys, registry, queue), id, queue, entry, place: registry }
  if (status === null) return [suspect({ ...own, kind: 'registered-without-job', found: 'no job with this id' })]
  if (!statusesIn[registry].includes(status)) {
    const found = `status ${status === '' ? 'missing' : status}`
    return [suspect({ ...own, kind: 'registered-wrongly', found })]
  }
  if (registry !== 'wip') return []
  return [suspect({ ...own, kind: 'abandoned', found: 'its time as a started job has passed' })]
}
