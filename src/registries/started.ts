import { formatIso } from '../job/time.js'
import { BEAT_MS, HOLD_SEC, RESERVE_MS } from '../maintenance/rq-sweeper.js'
import { sweepAbandoned } from '../redis/sweep-store.js'
import { JobRegistry, type RegistryOptions } from './registry.js'

/** The jobs of a queue that run now. */
export class StartedJobRegistry extends JobRegistry {
  constructor(queue: string, options: RegistryOptions) {
    super(queue, options, { key: (keys) => keys.started(queue), withExecutions: true })
  }

  /**
   * Look after up to a hundred jobs whose Python worker has died, as every daemon does for the queues that it serves:
   * the first call that finds one reserves it, a call at least five seconds later retries or fails it, so that two who
   * clean at once never run it twice. Jobs that a daemon of ours holds are left to it.
   * @returns how many jobs were retried, failed or put back, and entries dropped whose job is gone or has gone on
   * @throws RqdError RQD_REDIS
   */
  override async cleanup(): Promise<number> {
    const { jobs, dropped } = await sweepAbandoned(this.redis, this.keys, {
      queue: this.name,
      nowIso: formatIso(this.clock.epochMs()),
      settleMs: RESERVE_MS,
      beatMs: BEAT_MS,
      holdSec: HOLD_SEC,
    })
    return jobs.length + dropped
  }
}
