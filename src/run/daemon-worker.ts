import type { CurrentJob } from '../current-job.js'
import { RqdError } from '../errors.js'
import type { Queue } from '../queue.js'
import type { WorkerConnection } from '../worker-connection.js'
import { type ClassKind, EXTENDS } from './extends.js'

/**
 * Called for each run of a job that failed, behind its failure callback. `type` is the name of the error's class. The
 * first of several that returns `false` keeps the others from being called; anything else goes on.
 */
export type ExceptionHandler = (job: CurrentJob, type: string, value: unknown, traceback: string) => unknown

/** How a run ended. `stopped`: an operator ended it. */
export type JobEnd =
  | { readonly status: 'finished'; readonly returnValue: unknown }
  | { readonly status: 'failed'; readonly errorType: string; readonly error: unknown; readonly traceback: string }
  | { readonly status: 'stopped' }

/** What an executor calls around its life and around each job; all of it may be asynchronous. */
export interface Hooks {
  /** Once, before the first job. Where it fails, the executor is not used. */
  executorStart?(): unknown
  /** Once, when the executor ends in order, behind the last job. */
  executorStop?(): unknown
  /** Right before the function, within the limit of the job. Where it fails, the job does, with that error. */
  beforeJob?(job: CurrentJob): unknown
  /** For each job whose `beforeJob` was called, however it ended. */
  afterJob?(job: CurrentJob, end: JobEnd): unknown
}

/** What a worker is made of. */
export interface WorkerParts {
  /** The RQ name of the worker that the executor was started for; `spare` for one that takes over later. */
  readonly name: string
  readonly hooks: Hooks
  /** In the order in which they are called. */
  readonly exceptionHandlers: readonly ExceptionHandler[]
  /** For the operator's code. */
  readonly redis?: WorkerConnection
}

/**
 * The worker of one executor: what it does around jobs. A class of one's own (`--worker-class`) extends it; `super`
 * calls the hooks and exception handlers that the daemon was given.
 */
export class DaemonWorker {
  static readonly [EXTENDS]: ClassKind = 'worker'
  readonly name: string
  readonly #parts: WorkerParts

  constructor(parts: WorkerParts) {
    this.name = parts.name
    this.#parts = parts
  }

  /**
   * A connection to the daemon's Redis, of its connection class, for code of one's own: opened when it is first asked
   * for, closed behind `executorStop`.
   */
  get connection(): WorkerConnection['connection'] {
    return this.#redis().connection
  }

  /** A queue there, of the daemon's queue class. @throws RqdError RQD_BAD_OPTION for a bad name */
  queue(name: string): Queue {
    return this.#redis().queue(name)
  }

  async executorStart(): Promise<void> {
    await this.#parts.hooks.executorStart?.()
  }

  async executorStop(): Promise<void> {
    await this.#parts.hooks.executorStop?.()
  }

  async beforeJob(job: CurrentJob): Promise<void> {
    await this.#parts.hooks.beforeJob?.(job)
  }

  async afterJob(job: CurrentJob, end: JobEnd): Promise<void> {
    await this.#parts.hooks.afterJob?.(job, end)
  }

  /** Calls the exception handlers in order, until one returns `false` or throws. */
  async handleException(job: CurrentJob, type: string, value: unknown, traceback: string): Promise<void> {
    for (const handler of this.#parts.exceptionHandlers) {
      if ((await handler(job, type, value, traceback)) === false) return
    }
  }

  #redis(): WorkerConnection {
    if (this.#parts.redis !== undefined) return this.#parts.redis
    throw new RqdError('RQD_BAD_OPTION', `the worker ${this.name} has no connection: only those of the daemon have`)
  }

  /** Which of the steps around a job do anything: the others cost nothing. */
  static stepsOf(worker: DaemonWorker, { hooks, exceptionHandlers }: WorkerParts): Steps {
    const isOwn = (method: keyof DaemonWorker): boolean => worker[method] !== DaemonWorker.prototype[method]
    return {
      before: hooks.beforeJob !== undefined || isOwn('beforeJob'),
      after: hooks.afterJob !== undefined || isOwn('afterJob'),
      exception: exceptionHandlers.length > 0 || isOwn('handleException'),
    }
  }
}

/** Which steps there are around a job. */
export interface Steps {
  readonly before: boolean
  readonly after: boolean
  readonly exception: boolean
}
