import type { Clock } from '../clock.js'
import { parseDurationSec, type Duration } from '../duration.js'
import { RqdError } from '../errors.js'
import { formatIso } from '../job/time.js'
import { newSchedulerName } from '../maintenance/scheduler.js'
import type { Queue } from '../queue.js'
import { createKeys } from '../redis/keys.js'
import { promote, retireScheduler, type Promotion } from '../redis/scheduler-store.js'
import { shiftScheduled } from '../redis/shift-scheduled.js'
import { FakeClock } from './fake-clock.js'
import { commonOptions } from './common-options.js'

/** The locks of the queues are given back at once; should the process die, after so long. */
const LOCK_SEC = 5
/** Jobs queued by one call of the script. */
const BATCH = 200

/**
 * Let time pass without waiting: jobs of these queues that are due by then (`enqueueAt`, `enqueueIn`, delayed retries,
 * repeats) are put on their queues, where `runQueued` runs them. All others are so much nearer to their time. A
 * `FakeClock` of the queues goes along: give all queues that share one. TTLs and limits are not touched.
 * @param by a span of time, or, for queues with a `FakeClock`, what it shall show
 * @returns how many jobs were queued
 * @throws RqdError RQD_BAD_OPTION if the queues do not share a connection, a prefix and a clock, if the time would go
 * back, or if a daemon's scheduler serves one of them; RQD_BAD_DURATION, RQD_REDIS
 */
export async function advance(queues: Queue | readonly Queue[], by: Duration | Date): Promise<number> {
  const list = isList(queues) ? queues : [queues]
  const { connection, prefix, clock, random } = commonOptions(list, ['connection', 'prefix', 'clock'])
  const bySec = by instanceof Date ? untilSec(by, clock) : spanSec(by)
  const keys = createKeys(prefix)
  const names = list.map(({ name }) => name)
  const scheduler = { name: newSchedulerName(random), fields: { hostname: 'rqd/testing', pid: '0' } }
  const look = async (): Promise<number> => {
    const nowIso = formatIso(clock.epochMs())
    const found = await promote(connection, keys, scheduler, { queues: names, ttlSec: LOCK_SEC, nowIso, limit: BATCH })
    check(found, names)
    // More than one call takes?
    const { length } = found.queued
    return length + found.dropped.length < BATCH ? length : length + (await look())
  }
  try {
    const before = await look()
    await shiftScheduled(connection, keys, names, bySec)
    if (clock instanceof FakeClock) clock.moveSec(bySec)
    return before + (await look())
  } finally {
    await retireScheduler(connection, keys, scheduler.name, names)
  }
}

function spanSec(by: Duration): number {
  const sec = parseDurationSec(by, 'the time to pass')
  if (sec >= 0) return sec
  throw new RqdError('RQD_BAD_OPTION', `the time to pass is ${JSON.stringify(by)}; expected 0 s or more`)
}

function untilSec(date: Date, clock: Clock): number {
  if (!(clock instanceof FakeClock)) {
    const text =
      'time shall pass until a date, but the queues go by the clock of the host; make them with { clock: new FakeClock() }, or give a span'
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  const sec = Math.ceil((date.getTime() - clock.epochMs()) / 1_000)
  if (sec >= 0) return sec
  const [asked, now] = [date, clock.now()].map((time) =>
    Number.isNaN(time.getTime()) ? 'an invalid Date' : formatIso(time.getTime()),
  )
  throw new RqdError(
    'RQD_BAD_OPTION',
    `time shall pass until ${asked ?? ''}; expected a time after ${now ?? ''}, which it is now`,
  )
}

function check({ held, blocked }: Promotion, names: readonly string[]): void {
  const taken = names.find((name) => !held.includes(name))
  if (taken !== undefined) {
    const text = `the scheduler of a daemon serves queue ${JSON.stringify(taken)}; expected none beside a test: stop it, or start it with --no-scheduler`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  const [unfit] = blocked
  if (unfit === undefined) return
  const text = `scheduled jobs of queue ${JSON.stringify(unfit)} cannot be queued: one of its keys holds something else than RQ keeps there`
  throw new RqdError('RQD_REDIS', text)
}

function isList(queues: Queue | readonly Queue[]): queues is readonly Queue[] {
  return Array.isArray(queues)
}
