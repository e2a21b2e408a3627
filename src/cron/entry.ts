import { namesOf, type CallNames } from '../call-names.js'
import type { Duration } from '../duration.js'
import { newJobHash, placementOf, type EnqueueCall, type JobOptions, type JobSetting } from '../enqueue-call.js'
import { RqdError } from '../errors.js'
import { encodeJobHash } from '../job/hash.js'
import { formatIso } from '../job/time.js'
import { checkQueueName } from '../queue-name.js'
import type { Random } from '../random.js'
import { packJob } from '../redis/pack-job.js'
import { rqDefaults } from '../rq-defaults.js'
import type { SerializerName } from '../serial/serializer.js'
import type { TaskFunction } from '../task-name.js'
import { parseBackfill, type BackfillOptions } from './backfill.js'
import type { Backfill } from './due.js'
import { parseSchedule, type Schedule, type ScheduleOptions } from './schedule.js'

/** A cron entry: when it fires, and the job that it puts on a queue then, with the options of any job. */
export interface CronEntryOptions extends ScheduleOptions, Omit<JobOptions, 'jobId' | 'unique' | 'dependsOn'> {
  /** Under which all schedulers know it. Default the function's name. */
  name?: string
  /** Default `default`. */
  queue?: string
  /** Positional arguments of the function. Default none. */
  args?: readonly unknown[]
  /** Keyword arguments of the function. Default none. */
  kwargs?: Readonly<Record<string, unknown>>
  /**
   * What becomes of ticks that were missed while no scheduler ran: false, they are skipped (the default); true, a number
   * or `{ count, age }`: that many are made good for, the oldest first.
   */
  backfill?: boolean | number | BackfillOptions
  /** How the payload is written. Default the scheduler's. */
  serializer?: SerializerName
}

/** An entry that has been checked. */
export interface CronEntry {
  readonly name: string
  readonly queue: string
  readonly schedule: Schedule
  readonly backfill: Backfill | undefined
  readonly names: CallNames
  readonly call: EnqueueCall
  readonly serializer: SerializerName
}

/** What entries are given where they do not say. */
export interface EntryDefaults {
  readonly serializer: SerializerName
  readonly defaultTimeout: Duration
  readonly taskPaths: readonly string[]
  readonly random: Random
}

/**
 * Check an entry and name its functions: a promise only where a name must be found first. A job is made for a try, so
 * that what no job can be is refused now.
 * @throws RqdError RQD_BAD_OPTION, RQD_BAD_DURATION, RQD_UNNAMED_FUNCTION, RQD_UNREPRESENTABLE
 */
export function makeEntry(
  func: TaskFunction | string,
  options: CronEntryOptions,
  defaults: EntryDefaults,
): CronEntry | Promise<CronEntry> {
  const { name, queue: _q, cron: _c, interval: _i, timeZone: _t, backfill: _b, serializer: _s, ...rest } = options
  const call: EnqueueCall = { ...rest, func }
  refuseOptions(call, name ?? 'with no name')
  const names = namesOf(call, defaults.taskPaths)
  if (names instanceof Promise) return names.then((found) => namedEntry(found, call, options, defaults))
  return namedEntry(names, call, options, defaults)
}

function namedEntry(
  names: CallNames,
  call: EnqueueCall,
  { name = names.func, queue = 'default', cron, interval, timeZone, backfill, serializer }: CronEntryOptions,
  defaults: EntryDefaults,
): CronEntry {
  const what = `cron entry ${JSON.stringify(checkName(name))}`
  const when: ScheduleOptions = {}
  if (cron !== undefined) when.cron = cron
  if (interval !== undefined) when.interval = interval
  if (timeZone !== undefined) when.timeZone = timeZone
  const entry: CronEntry = {
    name,
    queue: checkQueueName(queue),
    schedule: parseSchedule(when, what),
    backfill: parseBackfill(backfill, what),
    names,
    call,
    serializer: serializer ?? defaults.serializer,
  }
  spawnJob(entry, 0, 0, defaults)
  return entry
}

/**
 * The job of one tick, as the script takes it. Its meta tells the entry and the tick that it stands for.
 * @throws as `makeEntry`
 */
export function spawnJob(
  { name, queue, names, call, serializer }: CronEntry,
  tickMs: number,
  nowMs: number,
  { random, defaultTimeout }: Pick<EntryDefaults, 'random' | 'defaultTimeout'>,
): { jobId: string; packed: Uint8Array } {
  const setting: JobSetting = { origin: queue, serializer, defaultTimeout, nowMs, random }
  const meta = { ...call.meta, cron: { name, tick: formatIso(tickMs) } }
  const hash = newJobHash(random.uuid(), names, { ...call, meta }, setting)
  const packed = packJob({
    jobId: hash.id,
    queue,
    fields: encodeJobHash(hash),
    ttlSec: hash.ttlSec ?? 0,
    atFront: call.atFront === true,
    unique: false,
    placement: placementOf(hash, setting),
  })
  return { jobId: hash.id, packed }
}

/** The default of RQ's cron for results, which it writes out. */
export const RESULT_TTL_SEC = rqDefaults.resultTtlSec

function refuseOptions(call: EnqueueCall, name: string): void {
  for (const option of ['jobId', 'unique', 'dependsOn'] as const) {
    if (call[option] === undefined) continue
    const text = `cron entry ${JSON.stringify(name)} has the option ${option}; each tick makes a job of its own: leave it out`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
}

function checkName(name: string): string {
  // Callers without types pass anything.
  if (typeof (name as unknown) === 'string' && /^[^\p{C}\s](?:[^\p{C}]{0,198}[^\p{C}\s])?$/u.test(name)) return name
  const text = `the name of a cron entry is ${JSON.stringify(name)}; expected text of 1 to 200 characters on one line, without blanks around it`
  throw new RqdError('RQD_BAD_OPTION', text)
}
