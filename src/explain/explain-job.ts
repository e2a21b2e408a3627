import type { FetchOptions } from '../job.js'
import { connectionFor } from '../connections.js'
import { createKeys } from '../redis/keys.js'
import { Store } from '../redis/store.js'
import { explain } from './decide.js'
import type { Explanation } from './explanation.js'
import { readFacts, type ReadOptions } from './read-facts.js'

/**
 * Say why a job does not run, or how it ended: all causes with their evidence and what can be done, first that which has
 * to be removed first. It reads only, and no more whatever the length of the queue. That a daemon has paused a
 * queue is known to that daemon alone: ask its control socket (`explain`), or `rqctl explain`.
 * @throws RqdError RQD_BAD_OPTION without a connection, RQD_REDIS
 */
export function explainJob(jobId: string, options: FetchOptions = {}): Promise<Explanation> {
  return explainStored(new Store(connectionFor('explainJob', options.connection), createKeys(options.prefix)), jobId)
}

/** The same where the store is at hand. @internal */
export async function explainStored(store: Store, jobId: string, options: ReadOptions = {}): Promise<Explanation> {
  return explain(await readFacts(store, jobId, options))
}
