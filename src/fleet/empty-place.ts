import { deleteJob } from '../redis/job-store.js'
import { emptyQueueStep } from '../redis/queue-store.js'
import { registryCount, registryPage, removeFromRegistry } from '../redis/registry-store.js'
import type { Store } from '../redis/store.js'
import { type JobPlaceName, placeKey } from './job-place.js'

/** Ids taken off a queue in one step: Redis does nothing else meanwhile. */
const AT_ONCE = 200

/**
 * Delete up to `limit` jobs of a queue that lie in one place: from the front of its list, or the oldest of a registry,
 * with their results. Entries whose job is gone go too.
 * @returns how many entries are gone, and how many are left
 * @throws RqdError RQD_REDIS
 */
export async function emptyPlace(
  store: Store,
  queue: string,
  place: Exclude<JobPlaceName, 'started'>,
  limit: number,
): Promise<{ deleted: number; left: number }> {
  return place === 'queued' ? emptyList(store, queue, limit) : emptyRegistry(store, queue, place, limit)
}

async function emptyList(
  { redis, keys }: Store,
  queue: string,
  limit: number,
): Promise<{ deleted: number; left: number }> {
  for (let deleted = 0; ;) {
    const { taken, left } = await emptyQueueStep(redis, keys, queue, Math.min(AT_ONCE, limit - deleted))
    deleted += taken
    if (left === 0 || taken === 0 || deleted >= limit) return { deleted, left }
  }
}

async function emptyRegistry(
  { redis, keys }: Store,
  queue: string,
  place: JobPlaceName,
  limit: number,
): Promise<{ deleted: number; left: number }> {
  const registry = { key: placeKey(keys, place, queue), expires: false, withExecutions: false }
  const { jobIds } = await registryPage(redis, registry, { first: 0, last: limit - 1, highestFirst: false })
  for (let start = 0; start < jobIds.length; start += AT_ONCE) {
    // Sent in one write, run one by one.
    const part = jobIds.slice(start, start + AT_ONCE)
    await Promise.all(part.map((jobId) => deleteJob(redis, keys, { jobId, queue, withDependents: false })))
    // A job is taken out of the registries of its own queue, which is another one where an entry is wrong.
    await Promise.all(part.map((jobId) => removeFromRegistry(redis, keys, registry, { jobId, deleteJob: false })))
  }
  return { deleted: jobIds.length, left: await registryCount(redis, registry) }
}
