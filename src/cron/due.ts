import type { Schedule } from './schedule.js'

/** Ticks that were missed while nobody ran, and are made good for: the newest `count`, none older than `ageMs`. */
export interface Backfill {
  readonly count: number
  readonly ageMs: number
}

/** What is known of an entry. */
export interface Progress {
  /** Since when its ticks count: when it was first seen with its schedule, epoch ms. */
  readonly sinceMs: number
  /** The last tick that fired; undefined if none has. */
  readonly lastMs: number | undefined
}

/** What is due, the oldest first. */
export interface Due {
  readonly ticks: number[]
  /** The first of those that are left out as missed, if there are any. */
  readonly missedMs: number | undefined
}

/** A tick found so late is late, not missed: a restart or a takeover takes some seconds. */
export const LATE_MS = 15_000

const FIRST_LOOK_MS = 60_000

/** Which ticks of an entry are to fire now. Pure; the work is bounded by the count, not by how long nobody ran. */
export function dueTicks(schedule: Schedule, progress: Progress, nowMs: number, backfill?: Backfill): Due {
  const doneMs = doneUntil(progress)
  const { count, ageMs } = backfill ?? { count: Infinity, ageMs: LATE_MS }
  // The end of the age belongs to it.
  const afterMs = Math.max(doneMs, nowMs - Math.max(ageMs, LATE_MS) - 1)
  const ticks = newest(schedule, progress.sinceMs, { afterMs, nowMs }, count)
  const firstMs = schedule.next(doneMs, progress.sinceMs)
  const isMissed = firstMs !== undefined && firstMs <= nowMs && firstMs !== ticks[0]
  return { ticks, missedMs: isMissed ? firstMs : undefined }
}

/** The first tick of an entry that has neither fired nor passed. */
export function upcomingTick(schedule: Schedule, progress: Progress, nowMs: number): number | undefined {
  return schedule.next(Math.max(doneUntil(progress), nowMs), progress.sinceMs)
}

// An interval's first tick is the moment from which it counts.
function doneUntil({ sinceMs, lastMs }: Progress): number {
  return lastMs ?? sinceMs - 1
}

interface Span {
  readonly afterMs: number
  readonly nowMs: number
}

function newest(schedule: Schedule, sinceMs: number, { afterMs, nowMs }: Span, count: number): number[] {
  // Back from now in spans that double, so that years of missed ticks are not walked through for the last ten.
  for (let lookMs = FIRST_LOOK_MS; ; lookMs *= 2) {
    const startMs = Math.max(afterMs, nowMs - lookMs)
    const ticks = between(schedule, sinceMs, { afterMs: startMs, nowMs })
    if (startMs === afterMs || ticks.length >= count) return ticks.slice(-count)
  }
}

function between(schedule: Schedule, sinceMs: number, { afterMs, nowMs }: Span): number[] {
  const ticks: number[] = []
  let tickMs = schedule.next(afterMs, sinceMs)
  while (tickMs !== undefined && tickMs <= nowMs) {
    ticks.push(tickMs)
    tickMs = schedule.next(tickMs, sinceMs)
  }
  return ticks
}
