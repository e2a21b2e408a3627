import { RqdError } from '../../src/errors.js'
import type { Pauses } from '../../src/fleet/pauses.js'
import type { QueueSummary } from '../../src/redis/store.js'
import { parseIso } from '../../src/job/time.js'
import type { ExecutorStatus, QueueStatus } from '../control/operations.js'
import type { RunningJob } from './job-board.js'
import type { SlotView } from './slot-view.js'
import { readPssBytes } from './vitals.js'

/** An executor slot and its job as `status` shows them. */
export async function executorStatus(
  slot: SlotView,
  running: ReadonlyMap<string, RunningJob>,
  nowMonoMs: number,
): Promise<ExecutorStatus> {
  const held = running.get(slot.running[0] ?? '')
  return {
    pid: slot.pid,
    worker: slot.worker,
    state: executorState(slot),
    jobId: held?.job.id ?? null,
    queue: held?.job.queue ?? null,
    func: held?.job.hash.description ?? null,
    running: slot.running.length,
    ahead: slot.ahead,
    runningSec: held === undefined ? null : Math.max(0, Math.round(nowMonoMs - held.startedMonoMs)) / 1000,
    rssBytes: slot.rssBytes,
    pssBytes: slot.pid === null ? null : await readPssBytes(slot.pid),
    jobsDone: slot.jobsDone,
    recycling: slot.recycling,
    recycled: slot.recycled,
    failures: slot.failures,
    trouble: slot.trouble,
  }
}

function executorState({ phase, failures, isFatal, recycling }: SlotView): ExecutorStatus['state'] {
  switch (phase) {
    case 'empty':
    case 'starting':
      // One death may have any reason: the next executor starts at once.
      return isFatal ? 'fatal' : failures > 1 ? 'backoff' : 'starting'
    case 'closing':
    case 'closed':
      return recycling === null ? 'stopping' : 'recycling'
    case 'idle':
    case 'busy':
      return phase
  }
}

/** What is paused for all daemons, while Redis does not tell. */
export const noPauses: Pauses = { all: false, queues: [] }

/** A queue as `status` shows it. `summary` is undefined while Redis does not answer. */
export function queueStatus(
  name: string,
  paused: { readonly here: boolean; readonly everywhere: boolean },
  summary: QueueSummary | undefined,
  nowMs: number,
): QueueStatus {
  const depth = summary === undefined || summary.depth < 0 ? null : summary.depth
  return {
    name,
    depth,
    paused: paused.here || paused.everywhere,
    pausedEverywhere: paused.everywhere,
    oldestAgeSec: ageSec(summary?.oldestEnqueuedAt ?? '', nowMs),
  }
}

/** @throws RqdError RQD_BAD_OPTION if one of the queues is none of those served */
export function checkServed(served: readonly string[], queues: readonly string[]): void {
  const unknown = queues.find((queue) => !served.includes(queue))
  if (unknown === undefined) return
  const text = `this daemon does not serve the queue ${JSON.stringify(unknown)}; it serves ${served.join(', ')}`
  throw new RqdError('RQD_BAD_OPTION', text)
}

function ageSec(enqueuedAt: string, nowMs: number): number | null {
  if (enqueuedAt === '') return null
  try {
    return Math.max(0, Math.round(nowMs - parseIso(enqueuedAt)) / 1000)
  } catch {
    // Whoever enqueued the job wrote something else there; the job itself fails with that reason when its turn comes.
    return null
  }
}
