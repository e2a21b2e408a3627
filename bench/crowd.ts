import type { Redis } from 'ioredis'
import { createKeys } from '../src/redis/keys.js'

const keys = createKeys()
/** Copies made by one call of the script. */
const BATCH = 2_000
/** Calls under way. */
const CALLS = 8

// KEYS: the template's hash, its results, the queue or registry. ARGV: prefixes of the copies' keys, first number,
// how many, score ('' for a list).
const copyJobs = `
for n = tonumber(ARGV[3]), ARGV[3] + ARGV[4] - 1 do
  local id = string.format('00000000-0000-4000-8000-%012x', n)
  redis.call('COPY', KEYS[1], ARGV[1] .. id)
  if ARGV[5] == '' then
    redis.call('RPUSH', KEYS[3], id)
  else
    redis.call('COPY', KEYS[2], ARGV[2] .. id)
    redis.call('ZADD', KEYS[3], ARGV[5], id)
  end
end`

/** Where copies of one job go. */
export interface Crowd {
  /** Id of a job that is enqueued or finished, as the copies will be. */
  readonly template: string
  readonly queue: string
  readonly state: 'queued' | 'finished'
  readonly jobs: number
  /** Number from which the copies' ids count, so that two crowds have none in common. */
  readonly firstId: number
}

/** Make many jobs out of one inside Redis, because no library enqueues millions in good time. */
export async function makeCrowd(redis: Redis, { template, queue, state, jobs, firstId }: Crowd): Promise<void> {
  const target = state === 'queued' ? keys.queue(queue) : keys.finished(queue)
  const score = state === 'queued' ? '' : String(Math.floor(Date.now() / 1000) + 86_400)
  const from = [keys.job(template), keys.results(template), target]
  const starts = Array.from({ length: Math.ceil(jobs / BATCH) }, (_, i) => i * BATCH)
  for (let i = 0; i < starts.length; i += CALLS) {
    await Promise.all(
      starts.slice(i, i + CALLS).map((start) => {
        const n = Math.min(BATCH, jobs - start)
        return redis.eval(copyJobs, 3, ...from, keys.job(''), keys.results(''), firstId + start, n, score)
      }),
    )
  }
}
