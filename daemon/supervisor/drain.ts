import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../src/clock.js'
import type { DrainProgress, DrainReply } from '../control/operations.js'

/** How often a drain tells how far it is. */
const PROGRESS_MS = 1_000
/** How often it looks. */
const LOOK_MS = 20

/** Wait until no job runs any more; at the deadline, interrupt those that still do, once, and wait for their end. */
export async function drain(options: {
  clock: Clock
  /** Seconds; null waits for ever. */
  timeoutSec: number | null
  onProgress: (progress: DrainProgress) => void
  /** Executions that still run. */
  running: () => string[]
  /** False once somebody has resumed: the drain is off. */
  isDraining: () => boolean
  interrupt: (execution: string) => void
}): Promise<DrainReply> {
  const { clock, timeoutSec, onProgress, running, isDraining, interrupt } = options
  const beganMs = clock.monoMs()
  const elapsedSec = (): number => Math.round(clock.monoMs() - beganMs) / 1000
  const deadlineMs = timeoutSec === null ? Infinity : beganMs + timeoutSec * 1000
  let handedBack = 0
  let toldMs = -Infinity
  while (running().length > 0 && isDraining()) {
    const nowMs = clock.monoMs()
    if (nowMs - toldMs >= PROGRESS_MS) {
      toldMs = nowMs
      onProgress({ running: running().length, elapsedSec: elapsedSec() })
    }
    if (nowMs >= deadlineMs && handedBack === 0) {
      const left = running()
      handedBack = left.length
      for (const execution of left) interrupt(execution)
    }
    await delay(LOOK_MS)
  }
  return { drained: handedBack === 0 && running().length === 0, handedBack, elapsedSec: elapsedSec() }
}
