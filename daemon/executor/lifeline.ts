import { Worker } from 'node:worker_threads'
import type { GateMemory } from './gate.js'

/** What the thread is given. */
export interface LifelineData {
  readonly fd: number
  readonly gate: GateMemory
}

/**
 * What must work even while a function blocks the event loop, on a thread of its own that reads descriptor 4: end this
 * process and its group when the supervisor, the only holder of the other end, is gone; and give back jobs that are
 * not begun when it asks for them. It says there when it is ready to.
 */
export function holdLifeline(fd: number, gate: GateMemory): void {
  const workerData: LifelineData = { fd, gate }
  const thread = new Worker(new URL('lifeline-thread.js', import.meta.url), {
    workerData,
    // The thread needs next to nothing.
    resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  })
  // Somebody started the executor without a lifeline: the channel's end is then all there is.
  thread.on('error', () => undefined)
  thread.unref()
}
