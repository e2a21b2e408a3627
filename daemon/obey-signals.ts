import { coerceError, hasCode } from '../src/errors.js'
import type { Logger } from '../src/logger.js'
import type { DaemonState, Operations } from './control/operations.js'
import { logStatus } from './log/log-status.js'
import type { SignalWish } from './signals.js'

/** What signals can ask of a daemon. */
export interface SignalledDaemon extends Pick<Operations, 'reload' | 'pause' | 'resume' | 'status'> {
  readonly state: DaemonState
  readonly pausedQueues: readonly string[]
  scaleBy(difference: 1 | -1): Promise<unknown>
}

/**
 * Do what signals ask for, and log what came of it. `daemon` is undefined while there is none yet: then a signal is
 * logged and has no effect.
 */
export function obeySignals(
  daemon: () => SignalledDaemon | undefined,
  queues: readonly string[],
  logger: Logger,
): (signal: string, wish: SignalWish) => void {
  /** Queues that a signal has paused. */
  let quieted: readonly string[] = []

  const quiet = async (asked: SignalledDaemon): Promise<void> => {
    const before = asked.pausedQueues
    const open = queues.filter((queue) => !before.includes(queue))
    if (open.length === 0) return
    quieted = [...new Set([...quieted, ...open])]
    await asked.pause(open)
    logger.info('quiet: no job is begun until SIGCONT, or rqctl resume', { queues: open.join(',') })
  }

  const resume = async (asked: SignalledDaemon): Promise<void> => {
    const paused = asked.pausedQueues
    const back = quieted.filter((queue) => paused.includes(queue))
    quieted = []
    // SIGCONT also comes after SIGSTOP, to a daemon that is not quiet. What rqctl has paused or drained stays so.
    if (back.length === 0 || asked.state === 'draining' || asked.state === 'drained') return
    await asked.resume(back)
    logger.info('no longer quiet: jobs are begun again', { queues: back.join(',') })
  }

  const obey = async (asked: SignalledDaemon, wish: SignalWish): Promise<void> => {
    switch (wish) {
      case 'reload':
        await asked.reload(false, () => undefined)
        break
      case 'quiet':
        await quiet(asked)
        break
      case 'resume':
        await resume(asked)
        break
      case 'grow':
      case 'shrink':
        await asked.scaleBy(wish === 'grow' ? 1 : -1)
        break
      case 'dump':
        logStatus(await asked.status(), logger)
    }
  }

  return (signal, wish) => {
    const asked = daemon()
    if (asked === undefined) {
      logger.warn('a signal has no effect: the daemon is still starting', { signal })
      return
    }
    // There is no need to tell of a continuation that means nothing.
    if (wish !== 'resume' || quieted.length > 0) logger.info('a signal came', { signal, wish })
    obey(asked, wish).catch((thrown: unknown) => {
      // The reload itself has said so.
      if (hasCode(thrown, 'RQD_RELOAD_REFUSED')) return
      logger.error('what a signal asked for could not be done', { signal, wish, error: coerceError(thrown).message })
    })
  }
}
