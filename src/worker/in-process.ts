import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.js'
import { deferred } from '../deferred.js'
import { MalformedJobError } from '../errors.js'
import { defaultSettlePolicy, settle, type Outcome, type SettleFields, type Settlement } from '../job/settle.js'
import type { Logger } from '../logger.js'
import type { Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import { callbacksOf, stoppedCallbackOf } from '../run/callbacks-of.js'
import { publishCurrentTask, TaskAbortedError } from '../run/current-task.js'
import { outcomeOfResult, timerMs, timeoutText } from '../run/limits.js'
import type { Custom } from '../run/customized.js'
import type { FunctionResolver } from '../run/resolve.js'
import type { TaskContext } from '../run/run-function.js'
import { runTask } from '../run/run-task.js'
import { STOPPED_TEXT, stoppedOutcome } from '../run/stopped.js'
import type { AbortReason, RunJob } from '../run/task.js'
import type { HeldJob, UnreadableJob } from './held-job.js'
import { saveHeldMeta } from './save-meta.js'
import type { Settler } from './settler.js'

/** A function that has been told that its time is over may take so long to end; then it is not waited for. */
const ABORT_GRACE_MS = 1_000

/** How long the end of a stopped job may wait for Redis before its callback is given up. */
const STORE_LIMIT_MS = 10_000

export interface InProcessOptions {
  readonly store: Store
  readonly resolver: FunctionResolver
  readonly clock: Clock
  readonly logger: Logger
  readonly settler: Settler
  /** The RQ worker that runs the jobs. */
  readonly worker: string
  /** How long a result is kept of a job that does not say, seconds. */
  readonly resultTtlSec: number
  /** False: a job that fails gets that status and nothing else. Default true. */
  readonly storesFailures?: boolean | undefined
  /** What the owner has added, asked for each job. */
  readonly custom?: (() => Custom | undefined) | undefined
  /** The function of a job has been called. */
  onStarted: (job: HeldJob, atMs: number) => void
  /** It has ended, before that is settled. */
  onEnded: (job: HeldJob) => void
}

/** The job whose function or callbacks run. */
interface Current {
  readonly aborter: AbortController
  readonly limit: Limit
  /** When an operator asked that it be ended, epoch milliseconds. */
  stopAskedAtMs: number | undefined
}

/**
 * Runs held jobs in this process, one at a time, and settles them. Nothing isolates them: a function that blocks the
 * event loop cannot be ended, and one that ends the process ends everything.
 */
export class InProcess {
  readonly #options: InProcessOptions
  #seq = 0
  #current: Current | undefined

  constructor(options: InProcessOptions) {
    this.#options = options
    publishCurrentTask()
  }

  /**
   * Run a job and hand its end to the settler. Never rejects.
   * @param fields what decides where it goes, if that is not what its hash says
   * @returns where it goes
   */
  async run(job: HeldJob | UnreadableJob, fields: SettleFields = job.hash): Promise<Settlement> {
    const { clock } = this.#options
    if ('error' in job) {
      const nowMs = clock.epochMs()
      const text = `rqd: ${MalformedJobError.name}: ${job.error.message}`
      return this.#settle(job, fields, { kind: 'raised', text }, nowMs, nowMs)
    }
    const limitSec = job.hash.timeoutSec ?? rqDefaults.timeoutSec
    const { outcome, startedAtMs, endedAtMs } = await this.#call(job, limitSec)
    this.#options.onEnded(job)
    const seen = { stored: false }
    const stored = (): void => {
      seen.stored = true
    }
    const settlement = this.#settle(job, fields, outcome, startedAtMs, endedAtMs, stored)
    if (outcome.kind !== 'stopped' || job.hash.stoppedCallbackName === undefined) return settlement
    await this.#options.settler.drain(STORE_LIMIT_MS)
    if (seen.stored) await this.#callStopped(job)
    return settlement
  }

  /** An operator wants the running job to end: what its function makes of that, it has been stopped then. */
  stop(): void {
    if (this.#current === undefined) return
    this.#current.stopAskedAtMs ??= this.#options.clock.epochMs()
    this.#current.limit.stop()
  }

  /** The claim of the running job is gone: tell its function to end. What comes of it is refused by Redis. */
  abort(): void {
    this.#current?.aborter.abort(new TaskAbortedError('shutdown'))
  }

  async #call(job: HeldJob, limitSec: number): Promise<{ outcome: Outcome; startedAtMs: number; endedAtMs: number }> {
    const { clock, onStarted } = this.#options
    const aborter = new AbortController()
    const limit = new Limit(limitSec, aborter)
    let startedAtMs = clock.epochMs()
    const current: Current = { aborter, limit, stopAskedAtMs: undefined }
    this.#current = current
    const result = runTask(this.#runJob(job, limitSec), {
      ...this.#context(job, aborter),
      onStarted: (_func, atMs) => {
        startedAtMs = atMs
        limit.begin()
        onStarted(job, atMs)
        return undefined
      },
      onCallback: () => limit.end(),
      custom: this.#options.custom?.(),
    })
    const first = await Promise.race([result, limit.exceeded])
    limit.end()
    this.#current = undefined
    const { stopAskedAtMs } = current
    if (first === undefined) {
      const outcome: Outcome =
        stopAskedAtMs === undefined
          ? { kind: 'raised', text: timeoutText(limitSec) }
          : { kind: 'stopped', text: STOPPED_TEXT }
      return { outcome, startedAtMs, endedAtMs: clock.epochMs() }
    }
    const outcome = stoppedOutcome(first, stopAskedAtMs) ?? outcomeOfResult(first, limitSec)
    return { outcome, startedAtMs: first.startedAtMs, endedAtMs: first.endedAtMs }
  }

  async #callStopped(job: HeldJob): Promise<void> {
    const stopped = stoppedCallbackOf(job.hash)
    if (stopped === undefined) return
    const run = { ...this.#runJob(job, stopped.timeoutSec), callbacks: { success: null, failure: null, stopped } }
    const result = await runTask(run, this.#context(job, new AbortController()))
    if (result.outcome === 'ok') return
    const fields = { jobId: job.id, queue: job.queue, callback: stopped.name, error: result.error.traceback }
    this.#options.logger.error('a stopped callback failed', fields)
  }

  #context(job: HeldJob, aborter: AbortController): TaskContext {
    const { store, resolver, clock, logger } = this.#options
    return {
      resolver,
      clock,
      aborter,
      saveMeta: (meta) => saveHeldMeta(store, job, meta),
      onLoading: () => undefined,
      onStarted: () => undefined,
      onCallback: () => undefined,
      onTrouble: (sentence) => logger.warn(sentence, { jobId: job.id, queue: job.queue }),
    }
  }

  #runJob({ id, queue, execution, hash }: HeldJob, timeoutSec: number): RunJob {
    this.#seq += 1
    const { data = new Uint8Array(), meta = null } = hash
    const { prefix } = this.#options.store.keys
    return { seq: this.#seq, execution, id, queue, data, meta, timeoutSec, callbacks: callbacksOf(hash), prefix }
  }

  // prettier-ignore
  #settle(job: HeldJob, fields: SettleFields, outcome: Outcome, startedAtMs: number, endedAtMs: number, onStored?: () => void): Settlement {
    const { settler, worker, resultTtlSec, storesFailures = true } = this.#options
    const settlement = settle(fields, outcome, 0, { ...defaultSettlePolicy, resultTtlSec, storesFailures })
    const unreadable = 'unreadable' in job ? (job as UnreadableJob).unreadable : []
    settler.settle({ job, settlement, worker, startedAtMs, endedAtMs, unreadable, onStored })
    return settlement
  }
}

/** A job's limit: the abort signal when it is reached, and after a grace nobody waits any more. */
class Limit {
  readonly #limitSec: number
  readonly #aborter: AbortController
  readonly #over = new AbortController()
  readonly #exceeded = deferred<undefined>()

  constructor(limitSec: number, aborter: AbortController) {
    this.#limitSec = limitSec
    this.#aborter = aborter
  }

  /** Resolves when the function has not ended in time. */
  get exceeded(): Promise<undefined> {
    return this.#exceeded.promise
  }

  begin(): void {
    if (this.#limitSec >= 0) void this.#watch().catch(() => undefined)
  }

  /** It must end now, whatever its limit. */
  stop(): void {
    void this.#abort('stopped').catch(() => undefined)
  }

  end(): void {
    this.#over.abort()
  }

  async #watch(): Promise<void> {
    await delay(timerMs(this.#limitSec), undefined, { signal: this.#over.signal })
    await this.#abort('timeout')
  }

  async #abort(reason: AbortReason): Promise<void> {
    this.#aborter.abort(new TaskAbortedError(reason))
    await delay(ABORT_GRACE_MS, undefined, { signal: this.#over.signal })
    this.#exceeded.resolve(undefined)
  }
}
