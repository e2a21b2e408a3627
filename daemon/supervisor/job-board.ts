import type { Clock } from '../../src/clock.js'
import { MalformedJobError } from '../../src/errors.js'
import { settle, type Outcome, type SettlePolicy, type Settlement } from '../../src/job/settle.js'
import type { Logger } from '../../src/logger.js'
import type { Claim } from '../../src/redis/store.js'
import { rqDefaults } from '../../src/rq-defaults.js'
import { callbacksOf } from '../../src/run/callbacks-of.js'
import { outcomeOfResult } from '../../src/run/limits.js'
import { stoppedOutcome } from '../../src/run/stopped.js'
import type { Counters } from '../../src/worker/counters.js'
import { deathsBefore, holdJob, type HeldJob } from '../../src/worker/held-job.js'
import type { Settler } from '../../src/worker/settler.js'
import type { Starter } from '../../src/worker/starter.js'
import type { JobResult, RunJob } from '../ipc/messages.js'
import type { JobEvents } from '../events/job-events.js'
import { functionOf, type JobLog } from '../job-log.js'
import { runOutcome, type Meter } from '../meter.js'
import type { JobFailure } from '../sentry.js'
import { ClaimSize } from './claim-size.js'
import { outcomeOfCallbackDeath, outcomeOfDeath, type Death } from './death.js'
import type { JobOutputs, StreamName } from './job-outputs.js'
import { Pace } from './pace.js'
import { MAX_PAYLOAD_BYTES, payloadBytes, tooLargeText } from './payload-size.js'

/** A job that an executor has. */
export interface RunningJob {
  readonly job: HeldJob
  /** Its place among all jobs that were claimed here. */
  readonly order: number
  readonly func: string
  readonly worker: string
  readonly limitSec: number
  /** True once its function has been called; until then the executor may give it back. */
  hasBegun: boolean
  /** The callback that is running, after the function has ended. `traceback`: why the job has failed, if it has. */
  callback: { readonly timeoutSec: number; readonly traceback: string | null; readonly step: string | undefined } | null
  /** When it was handed to the executor; then when its function was called. Epoch and monotonic milliseconds. */
  startedAtMs: number
  startedMonoMs: number
  /** When an operator asked that it be ended, epoch milliseconds; undefined while nobody has. */
  stopAskedAtMs: number | undefined
}

type WaitingJob = Pick<RunningJob, 'job' | 'order'>

export interface JobBoardOptions {
  clock: Clock
  logger: Logger
  jobLog: JobLog
  events: JobEvents
  meter?: Meter | undefined
  counters: Counters
  settler: Settler
  starter: Starter
  outputs: JobOutputs
  policy: SettlePolicy
  /** Told of jobs that failed for good and whose executor could not tell. */
  report?: ((failure: JobFailure) => void) | undefined
  /** Choose an executor for a job that may well last so long; the worker, or undefined if none takes it now. */
  assign: (job: Omit<RunJob, 'seq'>, estimateMs: number | undefined) => string | undefined
  /** Hand over what was assigned. */
  send: () => void
  /** A job that was begun here is over, well or not. */
  over: () => void
  /** A job that was stopped is stored as such. */
  onStopped: (job: HeldJob) => void
  /** End a running job whose claim is gone. */
  kill: (execution: string) => void
}

/**
 * Every job that this supervisor holds, from claim to settlement: waiting for an executor, or running. Whatever
 * happens to a job (result, timeout, dead executor, shutdown) becomes an outcome here, once, and goes to the settler.
 */
export class JobBoard {
  readonly #options: JobBoardOptions
  readonly #running = new Map<string, RunningJob>()
  readonly #pace = new Pace()
  readonly #claimSize = new ClaimSize()
  /** In the order in which they were claimed. */
  #waiting: WaitingJob[] = []
  #order = 0

  constructor(options: JobBoardOptions) {
    this.#options = options
  }

  get waiting(): number {
    return this.#waiting.length
  }

  get running(): ReadonlyMap<string, RunningJob> {
    return this.#running
  }

  /** True while a job waits for an executor here, or runs. */
  holds(execution: string): boolean {
    return this.#running.has(execution) || this.#waiting.some(({ job }) => job.execution === execution)
  }

  /** How long any job may well take, milliseconds; undefined before the first has ended. */
  get anyJobMs(): number | undefined {
    return this.#pace.anyMs
  }

  /** How many jobs to claim, where executors would take so many. */
  claimSize(room: number): number {
    return this.#claimSize.next(room - this.#waiting.length)
  }

  /** Take claimed jobs: unreadable ones fail at once, the others wait to be dispatched. */
  accept(claims: readonly Claim[], supervisorId: string): void {
    let bytes = 0
    for (const claim of claims) {
      this.#options.counters.claimed += 1
      const job = holdJob(claim, supervisorId)
      const error = 'error' in job ? job.error.message : undefined
      const size = payloadBytes(job)
      bytes += size
      if (error !== undefined) this.#refuse(job, error, 'unreadable' in job ? job.unreadable : [])
      else if (size > MAX_PAYLOAD_BYTES) this.#refuse(job, tooLargeText(job, size), [])
      else this.#waiting.push({ job, order: ++this.#order })
    }
    this.#claimSize.brought(claims.length, bytes)
  }

  /** Give waiting jobs to executors, in order. What no executor takes now goes on waiting. */
  dispatch(): void {
    let given = 0
    for (const waiting of this.#waiting) {
      if (!this.#give(waiting)) break
      given += 1
    }
    if (given > 0) {
      this.#waiting.splice(0, given)
      this.#options.send()
    }
  }

  #give({ job, order }: WaitingJob): boolean {
    const { clock, assign } = this.#options
    const limitSec = job.hash.timeoutSec ?? rqDefaults.timeoutSec
    const func = functionOf(job)
    const run: Omit<RunJob, 'seq'> = {
      execution: job.execution,
      id: job.id,
      queue: job.queue,
      data: job.hash.data ?? new Uint8Array(),
      meta: job.hash.meta ?? null,
      timeoutSec: limitSec,
      callbacks: callbacksOf(job.hash),
    }
    const { retriesLeft = 0 } = job.hash
    if (retriesLeft > 0) run.retriesLeft = retriesLeft
    const worker = assign(run, this.#pace.estimateMs(func, job.queue))
    if (worker === undefined) return false
    const startedAtMs = clock.epochMs()
    const startedMonoMs = clock.monoMs()
    const running = {
      job,
      order,
      func,
      worker,
      limitSec,
      hasBegun: false,
      callback: null,
      startedAtMs,
      startedMonoMs,
      stopAskedAtMs: undefined,
    }
    this.#running.set(job.execution, running)
    return true
  }

  /** Jobs came back from an executor: it has not begun them, or gave them up through no fault of theirs. */
  returned(executions: readonly string[]): void {
    for (const execution of executions) {
      const running = this.#running.get(execution)
      if (running === undefined) continue
      if (running.hasBegun) {
        const endedAtMs = this.#options.clock.epochMs()
        this.#finish(running, { kind: 'interrupted' }, { startedAtMs: running.startedAtMs, endedAtMs })
      } else {
        this.#running.delete(execution)
        this.#waiting.push(running)
      }
    }
    this.#waiting.sort((a, b) => a.order - b.order)
  }

  /** There will be no room soon for what waits here: it goes back to the front of its queues, for others to take. */
  handBackAll(): void {
    if (this.#waiting.length === 0) return
    this.#claimSize.tooMany()
    this.handBackWaiting(() => true)
  }

  /** Return the jobs of some queues that no executor has yet to the front of their queues. */
  handBackWaiting(isMeant: (queue: string) => boolean): void {
    const meant = this.#waiting.filter(({ job }) => isMeant(job.queue))
    if (meant.length === 0) return
    this.#waiting = this.#waiting.filter(({ job }) => !isMeant(job.queue))
    for (const { job } of meant) this.#settle(job, '', { kind: 'interrupted' }, null)
  }

  /** The function of a job was called. */
  began(execution: string, atMs: number): void {
    const running = this.#running.get(execution)
    if (running === undefined) return
    const { starter, clock, jobLog, events } = this.#options
    running.hasBegun = true
    running.startedAtMs = atMs
    running.startedMonoMs = clock.monoMs()
    starter.started(running.job, running.worker, atMs)
    jobLog.started(running.job, running.worker)
    events.started(running.job, running.worker)
    this.#countWait(running)
  }

  /** The function of a job has ended, and a callback is called. */
  callingBack(execution: string, timeoutSec: number, traceback: string | null, step?: string): void {
    const running = this.#running.get(execution)
    if (running !== undefined) running.callback = { timeoutSec, traceback, step }
  }

  /** A running job has printed something. */
  printed(execution: string, chunk: Uint8Array, stream: StreamName): void {
    const running = this.#running.get(execution)
    if (running !== undefined) this.#options.outputs.add(running.job.id, execution, chunk, stream)
  }

  /** An executor reports the end of a job. */
  ended(result: JobResult): void {
    const running = this.#running.get(result.execution)
    if (running === undefined) return
    const { func, job } = running
    const bytes = payloadBytes(job) + (result.outcome === 'ok' ? (result.value?.length ?? 0) : 0)
    this.#pace.learn(func, job.queue, Math.max(0, result.endedAtMs - result.startedAtMs), bytes)
    // Both may be told at once.
    if (!running.hasBegun && wasCalled(result)) {
      this.#options.jobLog.started(job, running.worker)
      this.#options.events.started(job, running.worker)
      this.#countWait({ job, startedAtMs: result.startedAtMs })
    }
    this.#finish(running, outcomeOf(running, result), result)
  }

  /** An operator wants a running job to end: whatever its function makes of that, it has been stopped then. */
  stop(execution: string): void {
    const running = this.#running.get(execution)
    if (running !== undefined) running.stopAskedAtMs ??= this.#options.clock.epochMs()
  }

  /** The executor died in the middle of a job. */
  lost(execution: string, death: Death): void {
    if (death.reason === null) this.#options.counters.executorDeaths += 1
    const running = this.#running.get(execution)
    if (running === undefined) return
    const runSec = Math.max(0, this.#options.clock.monoMs() - running.startedMonoMs) / 1000
    const { callback, limitSec } = running
    const outcome = outcomeOfDeath(death, callback?.timeoutSec ?? limitSec, runSec)
    const end = callback === null ? outcome : outcomeOfCallbackDeath(outcome, callback.traceback, callback.step)
    if (outcome.kind === 'died') this.#options.meter?.executorDied(outcome.certificate.cause)
    const settlement = this.#finish(running, end, {
      startedAtMs: running.startedAtMs,
      endedAtMs: this.#options.clock.epochMs(),
    })
    this.#report(running.job, settlement)
  }

  /** The claim of a job is gone: somebody else has it. End it here, and write nothing. */
  claimLost(execution: string): void {
    const running = this.#running.get(execution)
    if (running === undefined) return
    this.#options.logger.error('the claim of a running job is gone: it is ended here', describe(running))
    this.#running.delete(execution)
    this.#options.kill(execution)
    this.#options.over()
  }

  /** All claims are gone. */
  leaseLost(): void {
    this.#waiting = []
    for (const execution of [...this.#running.keys()]) this.claimLost(execution)
  }

  #countWait({ job, startedAtMs }: Pick<RunningJob, 'job' | 'startedAtMs'>): void {
    const { enqueuedAtMs } = job.hash
    // Two hosts may have written these times.
    if (enqueuedAtMs !== undefined) this.#options.meter?.waited?.(Math.max(0, startedAtMs - enqueuedAtMs) / 1000)
  }

  #refuse(job: HeldJob, why: string, unreadable: readonly string[]): void {
    this.#options.logger.error('a job cannot be read', { jobId: job.id, queue: job.queue, error: why })
    const outcome = { kind: 'raised', text: `rqd: ${MalformedJobError.name}: ${why}` } as const
    const settlement = this.#settle(job, '', outcome, null, unreadable)
    this.#report(job, settlement)
    this.#options.events.settled(job, '', settlement, 0)
    this.#options.over()
  }

  #report(job: HeldJob, settlement: Settlement): void {
    if (settlement.kind !== 'fail' || settlement.status !== 'failed') return
    this.#options.report?.({ jobId: job.id, queue: job.queue, func: functionOf(job), error: asError(settlement.text) })
  }

  #finish(running: RunningJob, outcome: Outcome, times: { startedAtMs: number; endedAtMs: number }): Settlement {
    const { execution } = running.job
    this.#running.delete(execution)
    this.#options.starter.ended(execution)
    this.#options.outputs.ended(running.job.id, execution)
    const settlement = this.#settle(running.job, running.worker, outcome, times)
    // To microseconds, which is what the clock tells.
    const durationSec = Math.round(Math.max(0, times.endedAtMs - times.startedAtMs) * 1000) / 1_000_000
    this.#log(running, settlement, durationSec)
    this.#options.events.settled(running.job, running.worker, settlement, durationSec)
    this.#options.meter?.ran(running.func, runOutcome(settlement), durationSec)
    if (running.hasBegun || outcome.kind !== 'interrupted') this.#options.over()
    return settlement
  }

  #settle(
    job: HeldJob,
    worker: string,
    outcome: Outcome,
    times: { startedAtMs: number; endedAtMs: number } | null,
    unreadable: readonly string[] = [],
  ): Settlement {
    const nowMs = this.#options.clock.epochMs()
    const { startedAtMs, endedAtMs } = times ?? { startedAtMs: nowMs, endedAtMs: nowMs }
    const settlement = settle(job.hash, outcome, deathsBefore(job), this.#options.policy)
    // A certificate has the lines itself.
    const isPlain = settlement.kind === 'fail' && settlement.certificate === undefined
    const output = isPlain ? this.#options.outputs.lastLines(job.id, job.execution) : []
    const stopped = settlement.kind === 'fail' && settlement.status === 'stopped'
    const onStored = stopped ? (): void => this.#options.onStopped(job) : undefined
    this.#options.settler.settle({ job, settlement, worker, startedAtMs, endedAtMs, unreadable, output, onStored })
    return settlement
  }

  #log(running: RunningJob, settlement: Settlement, durationSec: number): void {
    const { jobLog } = this.#options
    switch (settlement.kind) {
      case 'finish':
        jobLog.finished(running.job, running.worker, durationSec)
        return
      case 'hand-back':
        jobLog.trouble('warn', 'job interrupted: it goes back to the front of its queue', () => ({
          ...describe(running),
          durationSec,
        }))
        return
      case 'retry':
        jobLog.trouble('warn', 'job failed and will be tried again', () => ({
          ...describe(running),
          durationSec,
          retriesLeft: settlement.retriesLeft,
          delaySec: settlement.delaySec,
          error: firstLine(settlement.text),
        }))
        return
      case 'fail':
        jobLog.trouble('error', `job ${settlement.status}`, () => ({
          ...describe(running),
          durationSec,
          cause: settlement.certificate?.cause,
          error: firstLine(settlement.text).trimEnd(),
        }))
    }
  }
}

function outcomeOf({ limitSec, stopAskedAtMs }: RunningJob, result: JobResult): Outcome {
  return stoppedOutcome(result, stopAskedAtMs) ?? outcomeOfResult(result, limitSec)
}

/** What is known of a failure only as text, as an error whose stack that is. */
function asError(text: string): Error {
  const error = new Error(firstLine(text).trimEnd())
  error.name = 'JobFailure'
  error.stack = text
  return error
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

function describe({ job, worker }: RunningJob): { jobId: string; queue: string; worker: string } {
  return { jobId: job.id, queue: job.queue, worker }
}

/** False for a job whose payload could not be read, or whose function was not found. */
function wasCalled(result: JobResult): boolean {
  return result.outcome === 'ok' || !(result.error.stage === 'decode' || result.error.stage === 'resolve')
}
