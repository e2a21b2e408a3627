import type { Redis } from 'ioredis'
import { Queue } from '../../src/index.js'

/** The ticks for which jobs lie on a queue, in its order, as their meta tells. */
export async function queuedTicks(connection: Redis, queue: string): Promise<string[]> {
  const jobs = await new Queue(queue, { connection }).jobs()
  return jobs.map((job) => (job.meta as { cron: { tick: string } }).cron.tick.replace('.000000Z', 'Z'))
}
