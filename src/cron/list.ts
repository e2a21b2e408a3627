import type { Redis } from 'ioredis'
import { pipelined, readReply } from '../fleet/pipeline.js'
import type { Keys } from '../redis/keys.js'
import { upcomingTick } from './due.js'
import { parseSchedule, type Schedule } from './schedule.js'
import type { ShownEntry } from './shown.js'

/** A cron entry as viewers show it. Times are ISO texts. */
export interface CronRow extends ShownEntry {
  readonly name: string
  /** The scheduler that looks after it now; null if none does. */
  readonly holder: string | null
  /** Null where nobody can say: its schedule cannot be read, or never comes again. */
  readonly nextTick: string | null
  readonly lastTick: string | null
  readonly lastJobId: string | null
}

/** Entries shown by one call, those that were looked after last first. */
const MOST = 1_000

/** The cron entries of all schedulers, by name. @throws RqdError RQD_REDIS */
export async function listCronEntries(redis: Redis, keys: Keys): Promise<CronRow[]> {
  const names = await readReply('the names of cron entries', redis.zrevrange(keys.cronEntries, 0, MOST - 1))
  const [sec, us] = await readReply('the clock of Redis', redis.time())
  const nowMs = Number(sec) * 1000 + Math.floor(Number(us) / 1000)
  const outcomes = await pipelined(redis, names, 1, (pipeline, name) => pipeline.hgetall(keys.cronEntry(name)))
  const rows: CronRow[] = []
  for (const [i, name] of names.entries()) {
    const outcome = outcomes[i]?.[0]
    // An entry that is forgotten, or whose key holds something else, is none.
    if (outcome === undefined || outcome.error !== undefined) continue
    const fields = outcome.reply as Readonly<Record<string, string | undefined>>
    const row = rowOf(name, fields, nowMs)
    if (row !== undefined) rows.push(row)
  }
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function rowOf(name: string, fields: Readonly<Record<string, string | undefined>>, nowMs: number): CronRow | undefined {
  const shown = readShown(fields['shown'])
  if (shown === undefined) return undefined
  const { holder = null, last, last_job: lastJobId = null } = fields
  const lastMs = last === undefined ? undefined : Number(last)
  const schedule = readSchedule(shown)
  const nextMs = schedule && upcomingTick(schedule, { sinceMs: Number(fields['since']), lastMs }, nowMs)
  return {
    name,
    ...shown,
    holder: Number(fields['until']) > nowMs ? holder : null,
    nextTick: isoOf(nextMs),
    lastTick: isoOf(lastMs),
    lastJobId,
  }
}

function readShown(text = ''): ShownEntry | undefined {
  try {
    const shown = JSON.parse(text) as Partial<Record<keyof ShownEntry, unknown>> | null
    const { func, queue, cron = null, intervalSec = null, timeZone = null, backfill } = shown ?? {}
    if (typeof func !== 'string' || typeof queue !== 'string') return undefined
    return {
      func,
      queue,
      cron: typeof cron === 'string' ? cron : null,
      intervalSec: typeof intervalSec === 'number' ? intervalSec : null,
      timeZone: typeof timeZone === 'string' ? timeZone : null,
      backfill: backfill === true,
    }
  } catch {
    return undefined
  }
}

function readSchedule({ cron, intervalSec, timeZone }: ShownEntry): Schedule | undefined {
  try {
    if (cron !== null) return parseSchedule({ cron, ...(timeZone === null ? {} : { timeZone }) }, 'the entry')
    return parseSchedule({ interval: intervalSec ?? 0 }, 'the entry')
  } catch {
    return undefined
  }
}

function isoOf(epochMs: number | undefined): string | null {
  return epochMs !== undefined && Math.abs(epochMs) < 8.64e15 ? new Date(epochMs).toISOString() : null
}
