import type { CurrentJob } from '../current-job.js'
import { type ClassKind, EXTENDS } from './extends.js'

/**
 * What an executor does when a job reaches its time limit. A class of one's own (`--death-penalty-class`) extends it.
 * The supervisor's part is not touched by that: a second later it terminates the process, and then kills it.
 */
export class DeathPenalty {
  /** @internal */
  static readonly [EXTENDS]: ClassKind = 'death-penalty'

  /** `abort` fires the signal of the job (`job.signal`), on which its function should end. The default does just that. */
  onTimeout(_job: CurrentJob, abort: () => void): void | Promise<void> {
    abort()
  }
}
