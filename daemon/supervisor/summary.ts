import type { DaemonSummary } from '../../src/fleet/daemon-summary.js'
import type { Counters } from '../../src/worker/counters.js'
import type { DaemonState } from '../control/operations.js'
import type { SlotView } from './slot-view.js'

/** Where a daemon can be reached beside Redis. */
export interface Addresses {
  /** Paths of its control sockets. */
  readonly sockets: readonly string[]
  /** Where it serves HTTP now, with the port that it got, if it does. */
  readonly http: () => string | null
}

/** What a daemon shows of itself in Redis. `rssBytes`: memory of the supervisor alone. */
export function summarize(known: {
  state: DaemonState
  slots: readonly SlotView[]
  running: number
  pausedQueues: readonly string[]
  counters: Pick<Counters, 'finished' | 'failed'>
  rssBytes: number
  addresses: Addresses | undefined
  sharesExecutors: boolean
}): DaemonSummary {
  const { state, slots, running, pausedQueues, counters, addresses, sharesExecutors } = known
  return {
    state,
    executors: {
      total: slots.length,
      busy: slots.filter(({ phase }) => phase === 'busy').length,
      idle: slots.filter(({ phase }) => phase === 'idle').length,
    },
    running,
    pausedQueues,
    rssBytes: slots.reduce((sum, slot) => sum + (slot.rssBytes ?? 0), known.rssBytes),
    finished: counters.finished,
    failed: counters.failed,
    sockets: addresses?.sockets ?? [],
    http: addresses?.http() ?? null,
    sharesExecutors,
  }
}
