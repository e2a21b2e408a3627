import { RqdError } from '../errors.js'
import type { Outcome } from '../job/settle.js'
import { TaskAbortedError } from './current-task.js'
import type { JobResult } from './task.js'

/** RQ's words for a job that ran out of time: its viewers and users search for them. */
export function timeoutText(limitSec: number): string {
  return `rq.timeouts.JobTimeoutException: ${exceeded(limitSec)}`
}

/** The same as an error. */
export function timeoutError(limitSec: number, cause?: unknown): RqdError {
  return new RqdError('RQD_TIMEOUT', exceeded(limitSec), cause === undefined ? {} : { cause })
}

/** True for a function that ran past its limit: it has failed, whatever it made of the abort signal in the end. */
export function isLate(result: JobResult, limitSec: number): boolean {
  return limitSec >= 0 && result.endedAtMs - result.startedAtMs > limitSec * 1000
}

/** Why a late job failed. */
export function lateText(limitSec: number, result: JobResult): string {
  if (result.outcome === 'ok') return timeoutText(limitSec)
  return `${result.error.traceback}\n\nDuring the end of the job, which had run out of time:\n${timeoutText(limitSec)}`
}

/** What a result means for its job. */
export function outcomeOfResult(result: JobResult, limitSec: number): Outcome {
  if (isLate(result, limitSec)) return { kind: 'raised', text: lateText(limitSec, result) }
  if (result.outcome === 'ok') return { kind: 'returned', value: result.value }
  return { kind: 'raised', text: result.error.traceback }
}

/**
 * Wait for a call no longer than its limit (0 or less: none); then its signal is aborted, and what comes of it is of no
 * interest any more. @throws what the call throws, or RqdError RQD_TIMEOUT
 */
export async function within(call: Promise<unknown>, limitSec: number, aborter: AbortController): Promise<void> {
  if (limitSec <= 0) {
    await call
    return
  }
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(timeoutError(limitSec))
      aborter.abort(new TaskAbortedError('timeout'))
    }, timerMs(limitSec))
  })
  call.catch(() => undefined)
  try {
    await Promise.race([call, limit])
  } finally {
    clearTimeout(timer)
  }
}

/** A limit as a timer takes it: no timer waits longer than 24 days. */
export function timerMs(limitSec: number): number {
  return Math.min(limitSec * 1000, 2 ** 31 - 1)
}

function exceeded(limitSec: number): string {
  return `Task exceeded maximum timeout value (${limitSec} seconds)`
}
