import { heldBy, type SlotState } from './children.js'
import type { RecycleCounts, RecycleReason } from './lifetime.js'
import type { Member } from './member.js'

/** A slot, or an executor that is leaving one, as `status` shows it. */
export interface SlotView {
  readonly worker: string
  readonly pid: number | null
  readonly phase: SlotState['phase']
  /** Executions whose function has been called, the oldest first. */
  readonly running: readonly string[]
  /** Jobs that wait in the executor. */
  readonly ahead: number
  readonly rssBytes: number | null
  /** When it last said something, and be it only what it uses, on the monotonic clock. */
  readonly heardMonoMs: number
  /** Of the slot; of the process alone where it is leaving. */
  readonly jobsDone: number
  /** Executors in a row that died before they did anything. */
  readonly failures: number
  /** True once they are tried only now and then. */
  readonly isFatal: boolean
  /** What the last of them said; null while all is well. */
  readonly trouble: string | null
  /** Why this executor is being replaced; null if it is not. */
  readonly recycling: RecycleReason | null
  /** How often executors of this slot were replaced. */
  readonly recycled: RecycleCounts
}

export function viewOf(member: Member, fatalFailures: number): SlotView {
  const { worker, slot, process, vitals, tally, recycling } = member
  const { running, ahead } = heldBy(slot)
  return {
    worker,
    pid: process?.pid ?? null,
    phase: slot.state.phase,
    running: running.map(({ execution }) => execution),
    ahead: ahead.length,
    rssBytes: process === null ? null : (vitals?.rssBytes ?? null),
    heardMonoMs: member.heardMonoMs,
    jobsDone: recycling === null ? tally.jobsDone : member.served,
    failures: Math.max(0, slot.failures),
    isFatal: slot.failures >= fatalFailures,
    trouble: slot.failures === 0 ? null : member.trouble,
    recycling,
    recycled: { ...tally.recycled },
  }
}
