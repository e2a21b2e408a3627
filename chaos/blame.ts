import { killKinds, redisKinds, wireKinds, type StrikeKind } from './kinds.js'
import type { Execution } from './marks.js'
import { outlasts } from './options.js'

/** Something that was done to the system. Times are monotonic milliseconds. */
export interface Strike {
  readonly n: number
  readonly kind: StrikeKind
  /** Which daemon; `redis` for Redis. */
  readonly unit: string
  /** What was hit: killed or stopped processes; of a wire, the daemon at its end. Empty if nothing was there to hit. */
  readonly pids: readonly number[]
  readonly atMs: number
  /** When it was undone; `atMs` where nothing is. */
  readonly untilMs: number
  /** After the death of an executor: how long until another one of its supervisor was ready. */
  readonly readyMs?: number | undefined
}

/** A settlement that nothing hinders is written within this time. */
const SETTLE_MS = 500
/** The clock is read a little before the blow falls. */
const AIM_MS = 100

/**
 * The strike that explains why an execution was not the one that counts: it hit its process, its supervisor or its
 * settlement on the way. Undefined if none does.
 */
export function blame(run: Execution, strikes: readonly Strike[], leaseSec: number): Strike | undefined {
  const settledBy = settledByMs(run, strikes)
  return strikes.find((strike) => hits(strike, run) && explains(strike, run, settledBy, leaseSec))
}

/** Whether a strike hit this execution's executor, its supervisor, or the Redis of all. */
export function hits(strike: Strike, run: Execution): boolean {
  return redisKinds.has(strike.kind) || strike.pids.includes(run.pid) || strike.pids.includes(run.parentPid)
}

function explains(strike: Strike, run: Execution, settledBy: number, leaseSec: number): boolean {
  const { kind, atMs, untilMs } = strike
  if (killKinds.has(kind)) return atMs >= run.beganMs - AIM_MS && atMs <= settledBy
  const overlaps = run.beganMs <= untilMs + SETTLE_MS && atMs <= settledBy
  // A connection that is cut, and a Redis that begins anew, may each swallow the answer to a settlement.
  if (kind === 'redis' || wireKinds.has(kind)) return overlaps
  return kind !== 'freeze-executor' && overlaps && outlasts(kind, untilMs - atMs, leaseSec)
}

/** The latest time at which its result may have been on its way to Redis. */
function settledByMs(run: Execution, strikes: readonly Strike[]): number {
  if (run.endedMs === undefined) return Infinity
  let settledBy = run.endedMs + SETTLE_MS
  for (const strike of strikes) {
    const hinders = strike.untilMs > strike.atMs && hits(strike, run)
    const inTheWay = strike.atMs <= settledBy && strike.untilMs >= run.endedMs
    // Connecting anew is tried every so often, with a growing pause in between.
    if (hinders && inTheWay) settledBy = Math.max(settledBy, strike.untilMs + 5 * SETTLE_MS)
  }
  return settledBy
}
