/** What is said of several tenants together; nothing here knows where it comes from. */
import type { DaemonState, DrainProgress, DrainReply } from '../control/operations.js'
import type { Counters } from '../../src/worker/counters.js'
import type { Pulse } from '../supervisor/pulse.js'

/** What the daemon does as a whole: it runs where any tenant does. */
const order: readonly DaemonState[] = ['stopping', 'running', 'draining', 'starting', 'suspended', 'paused', 'drained']

/** The state of the whole. */
export function jointState(states: readonly DaemonState[]): DaemonState {
  return order.find((state) => states.includes(state)) ?? 'starting'
}

/** All counts added up. */
export function jointCounters(each: readonly Readonly<Counters>[], none: Counters): Counters {
  return each.reduce<Counters>((sum, counters) => {
    for (const [name, count] of Object.entries(counters)) sum[name as keyof Counters] += count
    return sum
  }, none)
}

/**
 * The sign of life of the whole: as slow as its slowest part, and connected where all are. The executors are the same
 * ones for all. A part that still waits for its Redis shows no signs yet, and is not expected to.
 */
export function jointPulse(all: readonly [Pulse, ...Pulse[]]): Pulse {
  const begun = all.filter(({ state }) => state !== 'starting')
  const [first = all[0], ...others] = begun
  return others.reduce<Pulse>(
    (all, pulse) => ({
      ...all,
      state: jointState([all.state, pulse.state]),
      running: all.running + pulse.running,
      redis: {
        connected: all.redis.connected && pulse.redis.connected,
        roundTripMs: greatest(all.redis.roundTripMs, pulse.redis.roundTripMs),
      },
      fetchTurns: Math.min(all.fetchTurns, pulse.fetchTurns),
      linkLooks: Math.min(all.linkLooks, pulse.linkLooks),
      stopLeftMs: least(all.stopLeftMs, pulse.stopLeftMs),
    }),
    first,
  )
}

/** Drains of several as one. */
export function jointDrain(replies: readonly DrainReply[]): DrainReply {
  return {
    drained: replies.every(({ drained }) => drained),
    handedBack: replies.reduce((sum, { handedBack }) => sum + handedBack, 0),
    elapsedSec: Math.max(0, ...replies.map(({ elapsedSec }) => elapsedSec)),
  }
}

/** Adds up how far several drains are, and tells when one goes on. */
export function jointProgress(
  tell: (progress: DrainProgress) => void,
  count: number,
): readonly ((progress: DrainProgress) => void)[] {
  const running = new Array<number>(count).fill(0)
  return running.map((_, i) => ({ running: left, elapsedSec }: DrainProgress) => {
    running[i] = left
    tell({ running: running.reduce((sum, each) => sum + each, 0), elapsedSec })
  })
}

function greatest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b)
}

function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}
