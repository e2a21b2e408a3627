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

/** How a run ended. */
export type JobEnd = FinishedEnd | FailedEnd | StoppedEnd

/** The function returned. */
export interface FinishedEnd {
  /** What sets it apart from the other ends. */
  readonly status: 'finished'
  /** What the function returned, before it was written for Redis. */
  readonly returnValue: unknown
}

/** It failed, for whatever reason; it may be tried again. */
export interface FailedEnd {
  /** What sets it apart from the other ends. */
  readonly status: 'failed'
  /** Name of the error's class. */
  readonly errorType: string
  /** What was thrown. */
  readonly error: unknown
  /** As it is stored. */
  readonly traceback: string
}

/** An operator ended it. */
export interface StoppedEnd {
  /** What sets it apart from the other ends. */
  readonly status: 'stopped'
}

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
  /** What the daemon was given as hooks. */
  readonly hooks: Hooks
  /** In the order in which they are called. */
  readonly exceptionHandlers: readonly ExceptionHandler[]
  /** @internal For the operator's code. */
  readonly redis?: WorkerConnection
}

/**
 * The worker of one executor: what it does around jobs. A class of one's own (`--worker-class`) extends it; `super`
 * calls the hooks and exception handlers that the daemon was given.
 */
export class DaemonWorker {
  /** @internal */
  static readonly [EXTENDS]: ClassKind = 'worker'
  /** As RQ's viewers show it. */
  readonly name: string
  readonly #parts: WorkerParts

  /** Made by the daemon, once in each executor. */
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

  /** Called once, before the first job. Where it throws, the executor is not used. */
  async executorStart(): Promise<void> {
    await this.#parts.hooks.executorStart?.()
  }

  /** Called once, when the executor ends in order, behind the last job. */
  async executorStop(): Promise<void> {
    await this.#parts.hooks.executorStop?.()
  }

  /** Called right before the function, within the limit of the job, which fails with what this throws. */
  async beforeJob(job: CurrentJob): Promise<void> {
    await this.#parts.hooks.beforeJob?.(job)
  }

  /** Called for each job whose `beforeJob` was called, however it ended. */
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

  /** @internal Which of the steps around a job do anything: the others cost nothing. */
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
