import type { SignalledDaemon } from './obey-signals.js'
import type { Operations } from './control/operations.js'
import type { Watched } from './systemd/manager.js'

/** The daemon as those see it who control it from outside: a supervisor, or several as one. */
export interface Whole extends Operations, SignalledDaemon, Omit<Watched, 'redisAnswers'> {
  readonly busyExecutors: number
  /** Resolves when the daemon has nothing more to do and should stop. */
  readonly done: Promise<void>
  /** Stop well; with `now`, also after that, at once. */
  stop(now?: boolean): Promise<void>
}
