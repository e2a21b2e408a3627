import type { Test } from 'tap'
import { DataHere } from '../../../daemon/data/here.js'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { Factory } from '../../helpers/factory.js'
import { startRedis } from '../../helpers/redis.js'

/** A private Redis with failed jobs, and the methods that the dashboard calls. */
export async function startFailing(t: Test) {
  const { client } = await startRedis(t)
  const make = new Factory(client)
  const { keys } = make
  const data = new DataHere({ store: make.store, clock: systemClock, random: systemRandom })
  let made = 0
  /** Some more failed jobs, each as Python RQ 1.11 left it. */
  const fail = async (
    count: number,
    { queue = 'q', error = 'Error: no', func = 'tasks.f', endedAt = '2026-11-29T10:00:00Z' } = {},
  ): Promise<string[]> => {
    const ids = Array.from({ length: count }, () => `job-${++made}`)
    const pipeline = client.pipeline().sadd(keys.queues, keys.queue(queue))
    for (const id of ids) {
      const data = JSON.stringify([func, null, [], {}])
      pipeline.hset(keys.job(id), { data, origin: queue, status: 'failed', ended_at: endedAt, exc_info: error })
      pipeline.zadd(keys.failed(queue), made, id)
    }
    await pipeline.exec()
    return ids
  }
  return { client, keys, make, data, fail }
}
