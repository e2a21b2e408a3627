import { parseDurationSec, type Duration } from './duration.js'
import { RqdError } from './errors.js'
import { rqDefaults } from './rq-defaults.js'
import type { TaskFunction } from './task-name.js'

/** A function that is called when a job has ended, and how long it may take. */
export class Callback {
  /** An exported function, or its name as workers know it. */
  readonly func: TaskFunction | string
  /** Its limit. */
  readonly timeoutSec: number

  /** Use `callback`. */
  constructor(func: TaskFunction | string, timeoutSec: number) {
    this.func = func
    this.timeoutSec = timeoutSec
  }
}

/** A callback as an option of a job: an exported function, its name as workers know it, or `callback(...)`. */
export type CallbackOption = TaskFunction | string | Callback

/**
 * A callback with a limit of its own. Default 60 s.
 * @throws RqdError RQD_BAD_DURATION, RQD_BAD_OPTION
 */
export function callback(func: TaskFunction | string, options: { timeout?: Duration } = {}): Callback {
  const timeoutSec = parseDurationSec(options.timeout ?? rqDefaults.callbackTimeoutSec, 'timeout of the callback')
  if (timeoutSec >= 1) return new Callback(func, timeoutSec)
  throw new RqdError('RQD_BAD_OPTION', `timeout of the callback is ${timeoutSec} s; expected at least 1`)
}

/** The function of a callback option, whichever form it has. */
export function functionOf(option: CallbackOption): TaskFunction | string {
  return option instanceof Callback ? option.func : option
}

/** The limit of a callback option, seconds. */
export function timeoutSecOf(option: CallbackOption): number {
  return option instanceof Callback ? option.timeoutSec : rqDefaults.callbackTimeoutSec
}
