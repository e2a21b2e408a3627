import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.js'
import { readJobs } from './read-jobs.js'
import { readIntermediate, readQueue } from './read-list.js'
import { readNames } from './read-names.js'
import { readRegistry } from './read-registry.js'
import { readOutbox, readQueueSet, readSupervisors, readWorkerSet } from './read-set.js'
import type { Step, Stretch } from './step.js'

/** Look at a stretch; changes nothing. Ends soon: a few hundred keys or entries. @throws RqdError RQD_REDIS */
export function readStep(redis: Redis, keys: Keys, { part, queue, cursor }: Stretch): Promise<Step> {
  switch (part) {
    case 'names':
      return readNames(redis, keys, cursor)
    case 'jobs':
      return readJobs(redis, keys, cursor)
    case 'queues':
      return readQueueSet(redis, keys, cursor)
    case 'workers':
      return readWorkerSet(redis, keys, queue, cursor)
    case 'daemons':
      return readSupervisors(redis, keys)
    case 'outbox':
      return readOutbox(redis, keys, cursor)
    case 'queue':
      return readQueue(redis, keys, queue, cursor)
    case 'intermediate':
      return readIntermediate(redis, keys, queue)
    case 'wip':
    case 'finished':
    case 'failed':
    case 'deferred':
    case 'scheduled':
    case 'canceled':
      return readRegistry(redis, keys, part, queue, cursor)
  }
}
