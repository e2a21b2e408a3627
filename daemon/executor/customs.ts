import { CurrentJob } from '../../src/current-job.js'
import { RqdError } from '../../src/errors.js'
import { Queue } from '../../src/queue.js'
import { CallbackJob } from '../../src/run/callback-job.js'
import type { Custom } from '../../src/run/customized.js'
import { DaemonWorker, type WorkerParts } from '../../src/run/daemon-worker.js'
import { DeathPenalty } from '../../src/run/death-penalty.js'
import { within } from '../../src/run/limits.js'
import type { FunctionResolver } from '../../src/run/resolve.js'
import { describeThrown } from '../../src/run/traceback.js'
import type { RunningTask } from '../../src/running-task.js'
import { type RedisAddress, WorkerConnection } from '../../src/worker-connection.js'
import { loadConnectionClass } from '../connection-class.js'
import { EXECUTOR_START_LIMIT_MS, EXECUTOR_STOP_LIMIT_MS } from '../executor-limits.js'
import type { CustomSettings } from '../ipc/custom-settings.js'
import type { RunJob } from '../ipc/messages.js'
import { loadSentry, type SentryReporter } from '../sentry.js'
import { loadClass, loadHandlers, loadHooks } from './load-custom.js'

export interface CustomsOptions {
  readonly taskPaths: readonly string[]
  readonly resolver: FunctionResolver
  /** The RQ worker that the executor serves. */
  readonly worker: string
  /** Tell the operator one sentence. */
  readonly warn: (sentence: string) => void
}

interface Loaded {
  readonly worker: DaemonWorker
  readonly parts: WorkerParts
  readonly jobClass: typeof CurrentJob
  readonly penalty: DeathPenalty
  readonly sentry: SentryReporter | undefined
}

/** What the operator has added to this executor: hooks, exception handlers, classes, Sentry. */
export class Customs implements Custom {
  readonly worker: DaemonWorker
  readonly parts: WorkerParts
  readonly #loaded: Loaded
  readonly #warn: (sentence: string) => void
  /** The objects as which running jobs see themselves. */
  readonly #jobs = new WeakMap<RunningTask['job'], CurrentJob>()
  #isStarted = false

  private constructor(loaded: Loaded, warn: (sentence: string) => void) {
    this.worker = loaded.worker
    this.parts = loaded.parts
    this.#loaded = loaded
    this.#warn = warn
  }

  /** @throws RqdError RQD_BAD_OPTION for what cannot be used; whatever a class throws while it is made */
  static async load(settings: CustomSettings, options: CustomsOptions): Promise<Customs> {
    const { resolver, taskPaths, warn } = options
    const { workerClass, jobClass, queueClass, deathPenaltyClass, sentryDsn, prefix } = settings
    const hooks = await loadHooks(settings.hooks, resolver)
    const exceptionHandlers = await loadHandlers(settings.exceptionHandlers, resolver)
    const Worker = await loadClass('--worker-class', workerClass, 'worker', DaemonWorker, resolver)
    const Job = await loadClass('--job-class', jobClass, 'job', CurrentJob, resolver)
    const Penalty = await loadClass('--death-penalty-class', deathPenaltyClass, 'death-penalty', DeathPenalty, resolver)
    const OwnQueue = await loadClass('--queue-class', queueClass, 'queue', Queue, resolver)
    const address = JSON.parse(settings.redis) as RedisAddress
    const make = await loadConnectionClass(settings.connectionClass, resolver)
    const redis = new WorkerConnection({ address, prefix, taskPaths, make, queueClass: OwnQueue })
    const parts: WorkerParts = { name: options.worker, hooks, exceptionHandlers, redis }
    // Behind the operator's code, which may have connected it in its own way.
    const sentry = sentryDsn === null ? undefined : await loadSentry(sentryDsn, taskPaths)
    return new Customs({ worker: new Worker(parts), parts, jobClass: Job, penalty: new Penalty(), sentry }, warn)
  }

  /** @throws RqdError RQD_EXECUTOR if the worker's start fails, with its error as cause */
  async start(): Promise<void> {
    try {
      await limited(() => this.worker.executorStart(), EXECUTOR_START_LIMIT_MS)
    } catch (thrown) {
      const text = `executorStart failed: ${describeThrown(thrown).message}`
      throw new RqdError('RQD_EXECUTOR', text, { cause: thrown })
    }
    this.#isStarted = true
  }

  /** The executor ends in order. Never rejects. */
  async stop(): Promise<void> {
    const share = EXECUTOR_STOP_LIMIT_MS / 2
    if (this.#isStarted) {
      await limited(() => this.worker.executorStop(), share).catch((thrown: unknown) => {
        this.#warn(`executorStop failed: ${describeThrown(thrown).traceback}`)
      })
    }
    this.parts.redis?.close()
    await this.flush(share)
  }

  /** Send what is left for Sentry. Never rejects. */
  async flush(limitMs: number): Promise<void> {
    await this.#loaded.sentry?.flush(limitMs).catch(() => undefined)
  }

  makeJob(task: RunningTask): CurrentJob {
    const job = new this.#loaded.jobClass(task)
    // A callback's task is another one of the same job: the first is the function's.
    if (!this.#jobs.has(task.job)) this.#jobs.set(task.job, job)
    return job
  }

  /** A run has failed: where no retry is left, the job has. */
  report(job: RunJob, error: unknown): void {
    if ((job.retriesLeft ?? 0) > 0) return
    this.#loaded.sentry?.report({ jobId: job.id, queue: job.queue, func: functionOf(job), error })
  }

  /** A job has reached its limit. `abort` is called in any case. */
  timedOut(job: RunJob, abort: () => void): void {
    const current = this.#jobs.get(job)
    if (current === undefined) {
      abort()
      return
    }
    const run = async (): Promise<void> => await this.#loaded.penalty.onTimeout(current, abort)
    run().catch((thrown: unknown) => {
      this.#warn(`the death penalty of job ${job.id} failed: ${describeThrown(thrown).traceback}`)
      abort()
    })
  }
}

function functionOf(job: RunJob): string {
  try {
    return new CallbackJob(job, {}).funcName
  } catch {
    return 'unreadable'
  }
}

function limited(call: () => Promise<void>, limitMs: number): Promise<void> {
  // As a promise, whatever the operator's class makes of it.
  const called = (async () => await call())()
  return within(called, limitMs / 1000, new AbortController())
}
