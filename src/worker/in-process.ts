import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.js'
import { deferred } from '../deferred.js'
import { MalformedJobError } from '../errors.js'
import { defaultSettlePolicy, settle, type Outcome, type SettleFields, type Settlement } from '../job/settle.js'
import type { Logger } from '../logger.js'
import type { Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import { callbacksOf } from '../run/callbacks-of.js'
import { publishCurrentTask, TaskAbortedError } from '../run/current-task.js'
import { outcomeOfResult, timerMs, timeoutText } from '../run/limits.js'
import type { Custom } from '../run/customized.js'
import type { FunctionResolver } from '../run/resolve.js'
import { runTask } from '../run/run-task.js'
import type { RunJob } from '../run/task.js'
import type { HeldJob, UnreadableJob } from './held-job.js'
import { saveHeldMeta } from './save-meta.js'
import type { Settler } from './settler.js'

/** A function that has been told that its time is over may take so long to end; then it is not waited for. */
const ABORT_GRACE_MS = 1_000

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

/**
 * Runs held jobs in this process, one at a time, and settles them. Nothing isolates them: a function that blocks the
 * event loop cannot be ended, and one that ends the process ends everything.
 */
export class InProcess {
  readonly #options: InProcessOptions
  #seq = 0
  #aborter: AbortController | undefined

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
    return this.#settle(job, fields, outcome, startedAtMs, endedAtMs)
  }

  /** The claim of the running job is gone: tell its function to end. What comes of it is refused by Redis. */
  abort(): void {
    this.#aborter?.abort(new TaskAbortedError('shutdown'))
  }

  async #call(job: HeldJob, limitSec: number): Promise<{ outcome: Outcome; startedAtMs: number; endedAtMs: number }> {
    const { store, resolver, clock, logger, onStarted } = this.#options
    const aborter = new AbortController()
    const limit = new Limit(limitSec, aborter)
    let startedAtMs = clock.epochMs()
    this.#aborter = aborter
    const result = runTask(this.#runJob(job, limitSec), {
      resolver,
      clock,
      aborter,
      saveMeta: (meta) => saveHeldMeta(store, job, meta),
      onLoading: () => undefined,
      onStarted: (_func, atMs) => {
        startedAtMs = atMs
        limit.begin()
        onStarted(job, atMs)
        return undefined
      },
      onCallback: () => limit.end(),
      onTrouble: (sentence) => logger.warn(sentence, { jobId: job.id, queue: job.queue }),
      custom: this.#options.custom?.(),
    })
    const first = await Promise.race([result, limit.exceeded])
    limit.end()
    this.#aborter = undefined
    return first === undefined
      ? { outcome: { kind: 'raised', text: timeoutText(limitSec) }, startedAtMs, endedAtMs: clock.epochMs() }
      : { outcome: outcomeOfResult(first, limitSec), startedAtMs: first.startedAtMs, endedAtMs: first.endedAtMs }
  }

  #runJob({ id, queue, execution, hash }: HeldJob, timeoutSec: number): RunJob {
    this.#seq += 1
    const { data = new Uint8Array(), meta = null } = hash
    return { seq: this.#seq, execution, id, queue, data, meta, timeoutSec, callbacks: callbacksOf(hash) }
  }

  // prettier-ignore
  #settle(job: HeldJob, fields: SettleFields, outcome: Outcome, startedAtMs: number, endedAtMs: number): Settlement {
    const { settler, worker, resultTtlSec, storesFailures = true } = this.#options
    const settlement = settle(fields, outcome, 0, { ...defaultSettlePolicy, resultTtlSec, storesFailures })
    const unreadable = 'unreadable' in job ? (job as UnreadableJob).unreadable : []
    settler.settle({ job, settlement, worker, startedAtMs, endedAtMs, unreadable })
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

  end(): void {
    this.#over.abort()
  }

  async #watch(): Promise<void> {
    const { signal } = this.#over
    await delay(timerMs(this.#limitSec), undefined, { signal })
    this.#aborter.abort(new TaskAbortedError('timeout'))
    await delay(ABORT_GRACE_MS, undefined, { signal })
    this.#exceeded.resolve(undefined)
  }
}
