import type { Outcome } from '../job/settle.js'
import type { JobResult } from './task.js'

/** RQ's words for a job that an operator stopped. */
export const STOPPED_TEXT = 'Job stopped by user, work-horse terminated.'

/** The clocks of two processes on one host may differ by so much. */
const CLOCK_GRAIN_MS = 1

/**
 * The outcome of a job whose function ended after an operator had asked for that; undefined for one that nobody stopped,
 * or that had ended well before.
 * @param askedAtMs epoch milliseconds; undefined while nobody has asked
 */
export function stoppedOutcome(result: JobResult, askedAtMs: number | undefined): Outcome | undefined {
  if (askedAtMs === undefined) return undefined
  if (result.outcome === 'error') {
    const text = `${STOPPED_TEXT}\n\nWhat its function threw then:\n${result.error.traceback}`
    return { kind: 'stopped', text }
  }
  return result.endedAtMs >= askedAtMs - CLOCK_GRAIN_MS ? { kind: 'stopped', text: STOPPED_TEXT } : undefined
}
