import { HistoryRecorder, type RecorderOptions } from '../src/history/recorder.js'
import { HistorySampler } from '../src/history/sampler.js'
import type { Service } from '../src/service.js'
import type { Meter } from './meter.js'

/** What a daemon does for the history: it counts what it does itself, and samples the fleet if nobody else does. */
export interface DaemonHistory extends Service {
  /** To be told of what happens. */
  readonly meter: Meter
}

/** Nothing is read or written before it starts. */
export function createHistory(options: RecorderOptions): DaemonHistory {
  const recorder = new HistoryRecorder(options)
  const sampler = new HistorySampler(options)
  return {
    meter: {
      ran: (_, outcome, durationSec) => recorder.ran(outcome, durationSec),
      waited: (waitSec) => recorder.waited(waitSec),
      claimed: () => undefined,
      settled: () => undefined,
      executorDied: () => undefined,
    },
    start: async () => {
      await recorder.start()
      await sampler.start()
    },
    stop: async () => {
      await sampler.stop()
      await recorder.stop()
    },
  }
}
