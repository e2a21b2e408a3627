import { checkInteger } from '../check-integer.js'
import { RqdError } from '../errors.js'
import { readKey } from '../redis/read-key.js'
import { JobRegistry, type JobOrId, type RegistryOptions } from './registry.js'

/** The jobs of a queue that wait for a time. The scheduler takes them out when it has come. */
export class ScheduledJobRegistry extends JobRegistry {
  constructor(queue: string, options: RegistryOptions) {
    super(queue, options, { key: (keys) => keys.scheduled(queue) })
  }

  /** When a job is due; undefined if it is not scheduled on this queue. @throws RqdError RQD_REDIS */
  async getScheduledTime(job: JobOrId): Promise<Date | undefined> {
    const sec = await this.scoreSec(job)
    return sec === undefined ? undefined : new Date(sec * 1000)
  }

  /**
   * Ids of jobs that are due, those that have waited longest first. Nothing is moved.
   * @param options before: due by this time, default now; limit: most ids, default 1000
   * @throws RqdError RQD_BAD_OPTION, RQD_REDIS
   */
  async getJobsToSchedule(options: { before?: Date; limit?: number } = {}): Promise<string[]> {
    const { before = new Date(this.clock.epochMs()), limit = 1_000 } = options
    checkInteger('limit', limit, 0)
    const untilSec = Math.floor((before.getTime() - this.#aheadMs) / 1000)
    if (Number.isNaN(untilSec)) throw new RqdError('RQD_BAD_OPTION', 'before is an invalid Date; expected a time')
    const due = this.redis.zrangebyscore(this.key, 0, untilSec, 'LIMIT', 0, limit)
    return readKey(this.redis, this.key, 'a registry', due)
  }

  /** By the queue's clock, which a test may have moved. */
  protected override async scoreSec(job: JobOrId): Promise<number | undefined> {
    const sec = await super.scoreSec(job)
    return sec === undefined ? undefined : sec + this.#aheadMs / 1000
  }

  get #aheadMs(): number {
    return this.clock.aheadMs ?? 0
  }
}
