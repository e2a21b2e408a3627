/** Where jobs of a queue lie: its list, and its registries. */
import type { Keys } from '../redis/keys.js'

/** The places in which a queue's jobs are, by the status that most of them have there. */
export const jobPlaces = ['queued', 'started', 'deferred', 'scheduled', 'failed', 'finished', 'canceled'] as const

/** A queue's list, or one of its registries. `failed` holds stopped jobs too. */
export type JobPlaceName = (typeof jobPlaces)[number]

/** The key of a place. */
export function placeKey(keys: Keys, place: JobPlaceName, queue: string): string {
  return place === 'queued' ? keys.queue(queue) : keys[place](queue)
}
