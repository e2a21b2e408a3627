import type { Clock } from '../../src/clock.js'
import { settle, type Outcome, type SettlePolicy, type Settlement } from '../../src/job/settle.js'
import type { Logger } from '../../src/logger.js'
import type { Claim } from '../../src/redis/store.js'
import { rqDefaults } from '../../src/rq-defaults.js'
import type { Counters } from '../../src/worker/counters.js'
import { holdJob, type HeldJob } from '../../src/worker/held-job.js'
import type { Settler } from '../../src/worker/settler.js'
import type { Starter } from '../../src/worker/starter.js'
import type { JobResult, RunJob } from '../ipc/messages.js'
import { outcomeOfDeath, timeoutText, type Death } from './death.js'

/** A job that an executor has. */
export interface RunningJob {
  readonly job: HeldJob
  readonly worker: string
  readonly limitSec: number
  /** When it was handed to the executor; then when its function was called. Epoch and monotonic milliseconds. */
  startedAtMs: number
  startedMonoMs: number
}

export interface JobBoardOptions {
  clock: Clock
  logger: Logger
  counters: Counters
  settler: Settler
  starter: Starter
  policy: SettlePolicy
  /** Hand a job to a free executor; the worker that took it, or undefined if none is free. */
  assign: (job: RunJob) => string | undefined
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
  #waiting: HeldJob[] = []

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
    return this.#running.has(execution) || this.#waiting.some((job) => job.execution === execution)
  }

  /** Take claimed jobs: unreadable ones fail at once, the others wait to be dispatched. */
  accept(claims: readonly Claim[], supervisorId: string): void {
    const { counters, logger } = this.#options
    for (const claim of claims) {
      counters.claimed += 1
      const job = holdJob(claim, supervisorId)
      if ('error' in job) {
        logger.error('a job cannot be read', { jobId: job.id, queue: job.queue, error: job.error.message })
        this.#settle(
          job,
          '',
          { kind: 'raised', text: `rqd: ${job.error.name}: ${job.error.message}` },
          null,
          job.unreadable,
        )
      } else {
        this.#waiting.push(job)
      }
    }
  }

  /** Give waiting jobs to free executors. */
  dispatch(): void {
    for (;;) {
      const [job] = this.#waiting
      if (job === undefined) return
      const limitSec = job.hash.timeoutSec ?? rqDefaults.timeoutSec
      const worker = this.#options.assign({
        execution: job.execution,
        id: job.id,
        queue: job.queue,
        data: job.hash.data ?? new Uint8Array(),
        meta: job.hash.meta ?? null,
        timeoutSec: limitSec,
      })
      if (worker === undefined) return
      this.#waiting.shift()
      const { clock } = this.#options
      const running = { job, worker, limitSec, startedAtMs: clock.epochMs(), startedMonoMs: clock.monoMs() }
      this.#running.set(job.execution, running)
    }
  }

  /** Return the jobs of some queues that no executor has yet to the front of their queues. */
  handBackWaiting(isMeant: (queue: string) => boolean): void {
    const jobs = this.#waiting.filter(({ queue }) => isMeant(queue))
    this.#waiting = this.#waiting.filter(({ queue }) => !isMeant(queue))
    for (const job of jobs) this.#settle(job, '', { kind: 'interrupted' }, null)
  }

  /** The function of a job was called. */
  began(execution: string, atMs: number): void {
    const running = this.#running.get(execution)
    if (running === undefined) return
    const { starter, clock, logger } = this.#options
    running.startedAtMs = atMs
    running.startedMonoMs = clock.monoMs()
    starter.started(running.job, running.worker, atMs)
    logger.info('job started', { ...describe(running), description: running.job.hash.description })
  }

  /** An executor reports the end of a job. */
  ended(result: JobResult): void {
    const running = this.#running.get(result.execution)
    if (running === undefined) return
    const { limitSec } = running
    const late = limitSec >= 0 && result.endedAtMs - result.startedAtMs > limitSec * 1000
    // A function that ran past its limit has failed, whatever it made of the abort signal in the end.
    const outcome: Outcome = late
      ? { kind: 'raised', text: lateText(limitSec, result) }
      : result.outcome === 'ok'
        ? { kind: 'returned', value: result.value }
        : { kind: 'raised', text: result.error.traceback }
    this.#finish(running, outcome, result)
  }

  /** The executor died in the middle of a job. */
  lost(execution: string, death: Death): void {
    if (death.reason === null) this.#options.counters.executorDeaths += 1
    const running = this.#running.get(execution)
    if (running === undefined) return
    const runSec = Math.max(0, this.#options.clock.monoMs() - running.startedMonoMs) / 1000
    this.#finish(running, outcomeOfDeath(death, running.limitSec, runSec), {
      startedAtMs: running.startedAtMs,
      endedAtMs: this.#options.clock.epochMs(),
    })
  }

  /** The claim of a job is gone: somebody else has it. End it here, and write nothing. */
  claimLost(execution: string): void {
    const running = this.#running.get(execution)
    if (running === undefined) return
    this.#options.logger.error('the claim of a running job is gone: it is ended here', describe(running))
    this.#running.delete(execution)
    this.#options.kill(execution)
  }

  /** All claims are gone. */
  leaseLost(): void {
    this.#waiting = []
    for (const execution of [...this.#running.keys()]) this.claimLost(execution)
  }

  #finish(running: RunningJob, outcome: Outcome, times: { startedAtMs: number; endedAtMs: number }): void {
    const { execution } = running.job
    this.#running.delete(execution)
    this.#options.starter.ended(execution)
    const settlement = this.#settle(running.job, running.worker, outcome, times)
    const durationSec = Math.max(0, times.endedAtMs - times.startedAtMs) / 1000
    this.#log(settlement, { ...describe(running), durationSec })
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
    this.#options.settler.settle({ job, settlement, worker, startedAtMs, endedAtMs, unreadable })
    return settlement
  }

  #log(settlement: Settlement, fields: Record<string, string | number>): void {
    const { logger } = this.#options
    switch (settlement.kind) {
      case 'finish':
        logger.info('job finished', fields)
        return
      case 'hand-back':
        logger.warn('job interrupted: it goes back to the front of its queue', fields)
        return
      case 'retry': {
        const { retriesLeft, delaySec } = settlement
        logger.warn('job failed and will be tried again', {
          ...fields,
          retriesLeft,
          delaySec,
          error: firstLine(settlement.text),
        })
        return
      }
      case 'fail':
        logger.error(`job ${settlement.status}`, {
          ...fields,
          cause: settlement.certificate?.cause,
          error: firstLine(settlement.text).trimEnd(),
        })
    }
  }
}

/** How many executors the job has ended before: a field of ours in its hash, which lives and goes with the job. */
function deathsBefore({ hash }: HeldJob): number {
  const text = hash.extra.get('rqd_deaths')
  const deaths = text === undefined ? 0 : Number(Buffer.from(text).toString())
  return Number.isSafeInteger(deaths) && deaths > 0 ? deaths : 0
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

function describe({ job, worker }: RunningJob): { jobId: string; queue: string; worker: string } {
  return { jobId: job.id, queue: job.queue, worker }
}

function lateText(limitSec: number, result: JobResult): string {
  if (result.outcome === 'ok') return timeoutText(limitSec)
  return `${result.error.traceback}\n\nDuring the end of the job, which had run out of time:\n${timeoutText(limitSec)}`
}
