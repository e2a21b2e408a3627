import { setTimeout as delay } from 'node:timers/promises'
import type { Running } from './processes.js'

const LOOK_MS = 4
const BOUND_MS = 120_000

/** Resolves when a worker has done so many jobs. @throws Error if it ends before or takes minutes */
export async function untilDone(worker: Running, count: () => Promise<number>, wanted: number): Promise<void> {
  const end = performance.now() + BOUND_MS
  for (let done = await count(); done < wanted; done = await count()) {
    worker.check()
    if (performance.now() > end) throw new Error(`${done} of ${wanted} jobs done in all this time:\n${worker.output}`)
    await delay(LOOK_MS)
  }
}
