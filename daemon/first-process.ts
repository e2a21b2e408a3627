import type { Logger } from '../src/logger.js'

const FIRST_PID = 1

/**
 * Say what the first process of a container should know: it inherits whatever jobs leave behind, and Node has no way to
 * take notice of the end of processes that it did not start.
 */
export function warnFirstProcess(pid: number, logger: Logger): void {
  if (pid !== FIRST_PID) return
  const advice = 'put an init before rqd, such as tini (docker run --init)'
  logger.warn(`rqd is process 1 here and cannot reap what jobs leave behind: ${advice}`)
}
