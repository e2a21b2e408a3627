import { sweepRegistries } from '../redis/sweep-store.js'
import { JobRegistry, type RegistryOptions } from './registry.js'

/** The finished jobs of a queue whose results are still kept. */
export class FinishedJobRegistry extends JobRegistry {
  constructor(queue: string, options: RegistryOptions) {
    super(queue, options, { key: (keys) => keys.finished(queue), expires: true })
  }

  /** Drop the entries that have run out, in bounded steps. @returns how many. @throws RqdError RQD_REDIS */
  override async cleanup(): Promise<number> {
    for (let total = 0; ;) {
      const { finished } = await sweepRegistries(this.redis, this.keys, { queue: this.name })
      if (finished === 0) return total
      total += finished
    }
  }
}
