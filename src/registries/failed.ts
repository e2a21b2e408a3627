import { InvalidJobOperationError, NoSuchJobError } from '../errors.js'
import { Job } from '../job.js'
import { encodeExcInfo } from '../job/result.js'
import { formatIso } from '../job/time.js'
import { Store } from '../redis/store.js'
import { sweepRegistries } from '../redis/sweep-store.js'
import { idOf, JobRegistry, type JobOrId, type RegistryOptions } from './registry.js'

/** The jobs of a queue that have failed, or were stopped. */
export class FailedJobRegistry extends JobRegistry {
  constructor(queue: string, options: RegistryOptions) {
    super(queue, options, { key: (keys) => keys.failed(queue), expires: true })
  }

  /**
   * Put a failed job back on its queue, fresh, in one step.
   * @param options atFront: before all that wait
   * @returns the job as it is then
   * @throws InvalidJobOperationError if it is not a failed job of this queue; NoSuchJobError if its hash is gone (the
   * entry is dropped then); RqdError RQD_REDIS
   */
  async requeue(job: JobOrId, options: { atFront?: boolean } = {}): Promise<Job> {
    const jobId = idOf(job)
    const [reply] = await new Store(this.redis, this.keys).requeue({
      queue: this.name,
      jobIds: [jobId],
      nowIso: formatIso(this.clock.epochMs()),
      emptyTraceback: encodeExcInfo(''),
      atFront: options.atFront ?? false,
    })
    if (reply === 'missing') throw new NoSuchJobError(jobId)
    if (reply !== 'requeued') {
      throw new InvalidJobOperationError(
        `cannot requeue the job ${JSON.stringify(jobId)}: it is not among the failed jobs of the queue ${JSON.stringify(this.name)}`,
      )
    }
    return Job.fetch(jobId, { connection: this.redis, prefix: this.keys.prefix })
  }

  /** Drop the entries that have run out, in bounded steps. @returns how many. @throws RqdError RQD_REDIS */
  override async cleanup(): Promise<number> {
    for (let total = 0; ;) {
      const { failed } = await sweepRegistries(this.redis, this.keys, { queue: this.name })
      if (failed === 0) return total
      total += failed
    }
  }
}
