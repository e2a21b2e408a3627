import type { EventHub } from './hub.js'

interface Slot {
  readonly worker: string
  readonly isSpare: boolean
}

interface Process {
  readonly pid: number | undefined
}

/** A process was forked for a slot, or to be kept warm: then it has no worker's name yet. */
export function tellStart(events: EventHub, slot: Slot, { pid }: Process): void {
  events.publish('executor.started', { worker: workerOf(slot), pid })
}

/** It is gone. */
export function tellEnd(
  events: EventHub,
  slot: Slot | undefined,
  { pid }: Process,
  exit: { readonly code: number | null; readonly signal: string | null },
): void {
  const worker = slot === undefined ? null : workerOf(slot)
  events.publish('executor.ended', { worker, pid, exitCode: exit.code, signal: exit.signal })
}

function workerOf({ worker, isSpare }: Slot): string | null {
  return isSpare ? null : worker
}
