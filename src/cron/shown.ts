import { encodeJson } from '../serial/json.js'
import { parseDurationSec, type Duration } from '../duration.js'
import { formatIso } from '../job/time.js'
import { RESULT_TTL_SEC, type CronEntry } from './entry.js'

/** What is kept in Redis of an entry for viewers of ours. */
export interface ShownEntry {
  readonly func: string
  readonly queue: string
  readonly cron: string | null
  readonly intervalSec: number | null
  readonly timeZone: string | null
  readonly backfill: boolean
}

export function shownText({ names, queue, schedule, backfill }: CronEntry): string {
  const { cron = null, intervalSec = null, timeZone = null } = schedule
  const shown: ShownEntry = { func: names.func, queue, cron, intervalSec, timeZone, backfill: backfill !== undefined }
  return JSON.stringify(shown)
}

/** An entry that a scheduler looks after, and when it fired and will fire. */
export interface FollowedEntry {
  readonly entry: CronEntry
  /** When its last job was enqueued, RQ's ISO text; undefined if none was. */
  readonly enqueuedAt: string | undefined
  readonly nextMs: number | undefined
}

/**
 * The field `cron_jobs` of RQ's hash of a cron scheduler: a JSON array, in which arguments and meta are JSON texts
 * themselves.
 */
export function rqCronJobs(followed: readonly FollowedEntry[]): string {
  return encodeJson(followed.map(rqCronJob))
}

function rqCronJob({ entry, enqueuedAt, nextMs }: FollowedEntry): Record<string, unknown> {
  const { names, queue, schedule, call } = entry
  const { args = [], kwargs = {}, meta } = call
  return {
    func_name: names.func,
    queue_name: queue,
    args: args.length === 0 ? null : jsonOr(args),
    kwargs: Object.keys(kwargs).length === 0 ? null : jsonOr(kwargs),
    interval: schedule.intervalSec ?? null,
    cron: schedule.cron ?? null,
    latest_enqueue_time: enqueuedAt ?? null,
    next_enqueue_time: nextMs === undefined ? null : formatIso(nextMs),
    job_timeout: seconds(call.jobTimeout),
    result_ttl: seconds(call.resultTtl) ?? RESULT_TTL_SEC,
    ttl: seconds(call.ttl),
    failure_ttl: seconds(call.failureTtl),
    meta: meta === undefined ? undefined : jsonOr(meta),
  }
}

// What is not set is left out: the writer omits undefined.
function seconds(duration: Duration | undefined): number | undefined {
  return duration === undefined ? undefined : parseDurationSec(duration, 'a span of a cron entry')
}

function jsonOr(value: unknown): string {
  try {
    return encodeJson(value)
  } catch {
    return '<not JSON serializable>'
  }
}
