import type { JobHash } from '../job/hash.js'
import { rqDefaults } from '../rq-defaults.js'
import type { Callback, Callbacks } from './task.js'

/** What a job wants called when it has ended; null for nearly all jobs. */
export function callbacksOf(hash: JobHash): Callbacks | null {
  const { successCallbackName, failureCallbackName } = hash
  if (successCallbackName === undefined && failureCallbackName === undefined) return null
  return {
    success: callback(successCallbackName, hash.successCallbackTimeoutSec),
    failure: callback(failureCallbackName, hash.failureCallbackTimeoutSec),
  }
}

/** What a job wants called once it was stopped; undefined for nearly all jobs. */
export function stoppedCallbackOf(hash: JobHash): Callback | undefined {
  return callback(hash.stoppedCallbackName, hash.stoppedCallbackTimeoutSec) ?? undefined
}

function callback(name: string | undefined, timeoutSec: number | undefined): Callback | null {
  return name === undefined ? null : { name, timeoutSec: timeoutSec ?? rqDefaults.callbackTimeoutSec }
}
