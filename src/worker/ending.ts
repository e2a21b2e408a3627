import { encodeExcInfo } from '../job/result.js'
import type { Repetition, Settlement } from '../job/settle.js'
import { formatEpochSec, formatIso } from '../job/time.js'
import { Base64 } from '../redis/pack-texts.js'
import type { Store } from '../redis/store.js'
import type { HeldJob } from './held-job.js'

/** One job's end, as it will be written. */
export interface Ending {
  readonly job: HeldJob
  readonly settlement: Settlement
  /** The RQ worker that ran it; empty if none did. */
  readonly worker: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** Fields of its hash that cannot be read, if that is why it failed. */
  readonly unreadable?: readonly string[]
  /** The last lines that it printed, if it failed. */
  readonly output?: readonly string[]
  /** Called once Redis says that it is written as an end of this job, and not when somebody else has settled it. */
  readonly onStored?: (() => void) | undefined
}

/** Records of the scripts that write endings. Each takes endings of any kind and leaves out what is not of its own. */
export const endingRecords = { finish, fail, retry, handBack }

function finish(ending: Ending): Parameters<Store['finish']>[2] {
  const { settlement } = ending
  if (settlement.kind !== 'finish') return []
  const value = settlement.value === null ? '' : new Base64(settlement.value)
  const { execution, jobId, queue, worker } = common(ending)
  const { startedAt, endedAt, started, ended, workSec } = times(ending)
  const { resultTtlSec } = settlement
  const shown = isShown(ending)
  const repeat = repeatText(settlement.repeat)
  // prettier-ignore
  return [{ execution, jobId, queue, worker, shown, resultTtlSec, value, startedAt, endedAt, started, ended, workSec, repeat }]
}

function repeatText(repeat: Repetition | undefined): string {
  return repeat === undefined ? '' : `${repeat.repeatsLeft} ${repeat.delaySec} ${repeat.ttlSec}`
}

function fail(ending: Ending): Parameters<Store['fail']>[2] {
  const { settlement } = ending
  if (settlement.kind !== 'fail') return []
  const { status, failureTtlSec, resultsTtlSec, text, certificate, unstored } = settlement
  return [
    {
      ...common(ending),
      ...times(ending),
      shown: isShown(ending),
      status,
      failureTtlSec,
      resultsTtlSec: resultsTtlSec ?? '',
      traceback: unstored === true ? '' : new Base64(encodeExcInfo(text)),
      certificate: certificate === undefined ? '' : JSON.stringify(certificate),
      unreadable: (ending.unreadable ?? []).join(','),
      output: (ending.output ?? []).length === 0 ? '' : JSON.stringify(ending.output),
    },
  ]
}

function retry(ending: Ending): Parameters<Store['retry']>[2] {
  const { settlement } = ending
  if (settlement.kind !== 'retry') return []
  const { retriesLeft, delaySec, atFront, ttlSec, deaths = '' } = settlement
  const { endedAt, workSec } = times(ending)
  return [{ ...common(ending), retriesLeft, delaySec, atFront: atFront ? 1 : 0, ttlSec, endedAt, workSec, deaths }]
}

function handBack({ job, settlement, worker }: Ending): Parameters<Store['handBack']>[2] {
  if (settlement.kind !== 'hand-back') return []
  const { id: jobId, execution, queue, origin } = job
  return [{ execution, jobId, queue, origin, worker, ttlSec: settlement.ttlSec }]
}

function common({ job, worker }: Ending): { execution: string; jobId: string; queue: string; worker: string } {
  return { execution: job.execution, jobId: job.id, queue: job.origin, worker }
}

// Read when the record is sent: commands of one connection keep their order, so a start that is sent later than this
// finds the claim gone.
function isShown({ job }: Ending): 0 | 1 {
  return job.shown === true ? 1 : 0
}

function times({ startedAtMs, endedAtMs }: Ending): {
  startedAt: string
  endedAt: string
  started: string
  ended: string
  workSec: string
} {
  return {
    startedAt: formatIso(startedAtMs),
    endedAt: formatIso(endedAtMs),
    started: formatEpochSec(startedAtMs),
    ended: formatEpochSec(endedAtMs),
    workSec: (Math.max(0, endedAtMs - startedAtMs) / 1000).toFixed(6),
  }
}
