import type { Store } from '../../src/redis/store.js'
import type { DaemonState } from '../control/operations.js'
import type { SlotView } from './slot-view.js'

/** What shows that a daemon is alive, and what it does. Taking it costs nothing and waits for nothing. */
export interface Pulse {
  readonly state: DaemonState
  readonly executors: number
  readonly busy: number
  /** Jobs that run. */
  readonly running: number
  /** When each executor that has nothing to do was last heard, on the monotonic clock. */
  readonly idleHeardMonoMs: readonly number[]
  readonly redis: { readonly connected: boolean; readonly roundTripMs: number | null }
  /** Turns of the loop that fetches jobs so far. */
  readonly fetchTurns: number
  /** How often the link to Redis was looked at so far, well or not. */
  readonly linkLooks: number
  /** Until running jobs are interrupted; null while nothing limits them. */
  readonly stopLeftMs: number | null
}

/** Put a pulse together from what the parts tell. */
export function takePulse(parts: {
  state: DaemonState
  slots: readonly SlotView[]
  running: number
  link: { readonly connected: boolean; readonly roundTripMs: number | null; readonly looks: number }
  fetcher: { readonly turns: number }
  stopLeftMs: number | null
}): Pulse {
  const { state, slots, running, link, fetcher, stopLeftMs } = parts
  const idle = slots.filter(({ phase }) => phase === 'idle')
  return {
    state,
    executors: slots.length,
    busy: slots.filter(({ phase }) => phase === 'busy').length,
    running,
    idleHeardMonoMs: idle.map(({ heardMonoMs }) => heardMonoMs),
    redis: { connected: link.connected, roundTripMs: link.roundTripMs },
    fetchTurns: fetcher.turns,
    linkLooks: link.looks,
    stopLeftMs,
  }
}

/** Jobs on these queues; null if Redis does not tell. */
export async function countWaiting(store: Store, queues: readonly string[]): Promise<number | null> {
  const summaries = await store.queueSummaries(queues).catch(() => null)
  return summaries === null ? null : summaries.reduce((sum, { depth }) => sum + Math.max(0, depth), 0)
}
