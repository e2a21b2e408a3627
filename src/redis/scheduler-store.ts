import type { Redis } from 'ioredis'
import type { Keys } from './keys.js'
import { asInteger, asList, asText, runScript, type RawReply } from './script.js'
import { scripts } from './scripts.js'

/** Who holds the locks of queues: a name, and what viewers are shown of it. */
export interface SchedulerIdentity {
  /** Digits: readers of RQ up to 2.9 take the lock's value for a pid. */
  readonly name: string
  readonly fields: Readonly<Record<string, string>>
}

export interface QueuedJob {
  readonly jobId: string
  readonly queue: string
}

/** What one call of `promote` did. */
export interface Promotion {
  /** Until the next job is due, at most a minute; undefined if none is scheduled. */
  readonly nextMs: number | undefined
  /** Until the next whole second of Redis' clock: what is scheduled meanwhile is due then at the earliest, or already. */
  readonly secondMs: number
  /** Queues whose lock is ours now. */
  readonly held: string[]
  readonly queued: QueuedJob[]
  /** Entries removed because their job is gone or canceled. */
  readonly dropped: QueuedJob[]
  /** Queues with a key of a wrong type: nothing was moved there. */
  readonly blocked: string[]
}

/** Take or keep the locks of queues that nobody else holds, and put their due jobs, up to `limit`, on the queues. */
export async function promote(
  redis: Redis,
  keys: Keys,
  scheduler: SchedulerIdentity,
  call: { queues: readonly string[]; ttlSec: number; nowIso: string; limit: number },
): Promise<Promotion> {
  const { name, fields } = scheduler
  const { queues, ttlSec, nowIso, limit } = call
  const [nextMs, held, queued, dropped, blocked, secondMs] = asList(
    await runScript(redis, scripts.promote, {
      keys: { scheduler: keys.scheduler(name) },
      args: {
        prefix: keys.prefix,
        name,
        ttlSec,
        nowIso,
        limit,
        fields: JSON.stringify(Object.entries({ name, ...fields }).flat()),
      },
      moreArgs: queues,
    }),
  )
  const wait = asInteger(nextMs)
  return {
    nextMs: wait < 0 ? undefined : wait,
    secondMs: asInteger(secondMs),
    held: asList(held).map(asText),
    queued: jobsOf(queued),
    dropped: jobsOf(dropped),
    blocked: asList(blocked).map(asText),
  }
}

/** Give back what locks are still ours. @returns how many */
export async function retireScheduler(
  redis: Redis,
  keys: Keys,
  name: string,
  queues: readonly string[],
): Promise<number> {
  return asInteger(
    await runScript(redis, scripts.retireScheduler, {
      keys: { scheduler: keys.scheduler(name) },
      args: { prefix: keys.prefix, name },
      moreArgs: queues,
    }),
  )
}

function jobsOf(reply: RawReply | undefined): QueuedJob[] {
  const texts = asList(reply).map(asText)
  const jobs: QueuedJob[] = []
  for (let i = 0; i + 1 < texts.length; i += 2) jobs.push({ jobId: texts[i] ?? '', queue: texts[i + 1] ?? '' })
  return jobs
}
