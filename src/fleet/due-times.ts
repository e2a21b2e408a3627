import type { Store } from '../redis/store.js'
import type { FoundJob } from './job-brief.js'
import { pipelined } from './pipeline.js'

/**
 * When scheduled jobs are due, epoch milliseconds, in their order; undefined for jobs that were found elsewhere, or have
 * left the schedule meanwhile.
 * @throws RqdError RQD_REDIS
 */
export async function readDueTimes(
  { redis, keys }: Store,
  found: readonly FoundJob[],
): Promise<(number | undefined)[]> {
  const scheduled = found.filter(({ place }) => place === 'scheduled')
  const outcomes = await pipelined(redis, scheduled, 1, (pipeline, { queue, id }) => {
    pipeline.zscore(keys.scheduled(queue), id)
  })
  const dueMs = new Map(
    scheduled.map((job, i) => {
      const outcome = outcomes[i]?.[0]
      const score = outcome?.error === undefined ? outcome?.reply : undefined
      // Whole seconds, as schedulers compare them.
      return [job, dueMsOf(score)]
    }),
  )
  return found.map((job) => dueMs.get(job))
}

function dueMsOf(score: unknown): number | undefined {
  if (score === 'inf') return Infinity
  return typeof score === 'string' ? Math.floor(Number(score)) * 1000 : undefined
}
