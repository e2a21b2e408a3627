import { setTimeout as delay } from 'node:timers/promises'
import type { Redis } from 'ioredis'
import { createKeys } from '../src/redis/keys.js'
import { Bed } from './bed.js'
import { fill } from './fill.js'
import { Running } from './processes.js'
import { ours } from './sides.js'
import { untilDone } from './until-done.js'

export interface DueSetting {
  /** Jobs that become due at each whole second. */
  readonly perSec: number
  readonly seconds: number
}

/** How late jobs were, in milliseconds after the second for which they were scheduled, ascending. */
export interface Lateness {
  /** Until a job was on its queue, by the clock of Redis; more by up to one look. */
  readonly queuedMs: readonly number[]
  /** Until its function began. */
  readonly begunMs: readonly number[]
}

const keys = createKeys()
const queue = 'default'
const scheduled = keys.scheduled(queue)
const WARM_UP = 500
const LOOK_MS = 2
const BOUND_SEC = 60
/** Made before the first of them is due. */
const AHEAD_SEC = 3

// KEYS: the template's hash, the scheduled jobs. ARGV: prefix of the copies' keys, how many, their second.
const copyJobs = `
for n = 1, ARGV[2] do
  local id = string.format('due-%s-%d', ARGV[3], n)
  redis.call('COPY', KEYS[1], ARGV[1] .. id)
  redis.call('HSET', ARGV[1] .. id, 'status', 'scheduled')
  redis.call('ZADD', KEYS[2], ARGV[3], id)
end`

// KEYS: the scheduled jobs. ARGV: first second, how many. Returns the time, and of each second how many jobs still wait.
const readWaiting = `
local time = redis.call('TIME')
local found = { time[1] * 1000 + math.floor(time[2] / 1000) }
for sec = ARGV[1], ARGV[1] + ARGV[2] - 1 do found[#found + 1] = redis.call('ZCOUNT', KEYS[1], sec, sec) end
return found`

/** Many jobs that are due at the same seconds, through the daemon while it runs them. */
export function measureDue({ perSec, seconds }: DueSetting): Promise<Lateness> {
  return Bed.use(async ({ server, folder }) => {
    const redis = server.client
    const queues = [queue]
    await fill(ours, server.socket, queues, WARM_UP, { task: 'noop' })
    const [waiting = ''] = await redis.lrange(keys.queue(queue), 0, 0)
    const template = keys.job('template')
    await redis.copy(keys.job(waiting), template)
    const daemon = new Running(ours.worker({ path: server.socket, queues, width: 1, folder }))
    try {
      await untilDone(daemon, () => ours.done(redis, queues, WARM_UP), WARM_UP)
      const firstSec = Number((await redis.time())[0]) + AHEAD_SEC
      const secs = Array.from({ length: seconds }, (_, i) => firstSec + i)
      for (const sec of secs) await redis.eval(copyJobs, 2, template, scheduled, keys.job(''), perSec, sec)
      const queuedMs = await watch(redis, daemon, secs, perSec)
      await untilDone(daemon, () => ours.done(redis, queues, 0), WARM_UP + perSec * seconds)
      const begun = await Promise.all(secs.map((sec) => begunOf(redis, sec, perSec)))
      return { queuedMs: ascending(queuedMs), begunMs: ascending(begun.flat()) }
    } finally {
      await daemon.stop()
    }
  })
}

/** @returns how late each job was when it was first seen to wait no more */
async function watch(redis: Redis, daemon: Running, secs: readonly number[], perSec: number): Promise<number[]> {
  const late: number[] = []
  const waiting = secs.map(() => perSec)
  const [firstSec = 0] = secs
  while (late.length < perSec * secs.length) {
    daemon.check()
    const [nowMs = 0, ...counts] = (await redis.eval(readWaiting, 1, scheduled, firstSec, secs.length)) as number[]
    if (nowMs > (firstSec + secs.length + BOUND_SEC) * 1_000) throw new Error('scheduled jobs are left lying')
    for (const [i, sec] of secs.entries()) {
      for (; waiting[i]! > counts[i]!; waiting[i]! -= 1) late.push(nowMs - sec * 1_000)
    }
    await delay(LOOK_MS)
  }
  return late
}

async function begunOf(redis: Redis, sec: number, perSec: number): Promise<number[]> {
  const reads = redis.pipeline()
  for (let n = 1; n <= perSec; n += 1) reads.hget(keys.job(`due-${sec}-${n}`), 'started_at')
  const replies = (await reads.exec()) ?? []
  return replies.map(([, text]) => Date.parse(String(text)) - sec * 1_000)
}

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b)
