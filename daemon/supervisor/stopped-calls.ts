import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../../src/logger.js'
import type { Random } from '../../src/random.js'
import type { Store } from '../../src/redis/store.js'
import { stoppedCallbackOf } from '../../src/run/callbacks-of.js'
import type { HeldJob } from '../../src/worker/held-job.js'
import type { Callback, JobResult, RunJob } from '../ipc/messages.js'
import type { Death } from './death.js'

/** Between two looks at what is left when the daemon stops. */
const LOOK_MS = 20

export interface StoppedCallsOptions {
  store: Store
  random: Random
  logger: Logger
  /** Choose an executor; undefined if none takes it now. */
  assign: (job: Omit<RunJob, 'seq'>) => string | undefined
  /** Hand over what was assigned. */
  send: () => void
}

interface Call {
  readonly run: Omit<RunJob, 'seq'>
  readonly callback: Callback
}

/**
 * Has the stopped callbacks of jobs called, each in an executor as though it were a job: the one that ran the job is
 * dead in most cases. The job is settled before, so nothing of it depends on what comes of the call; that is logged.
 */
export class StoppedCalls {
  readonly #options: StoppedCallsOptions
  readonly #running = new Map<string, Call>()
  #reading = 0
  #waiting: Call[] = []
  #over = false

  constructor(options: StoppedCallsOptions) {
    this.#options = options
  }

  /** Calls that have not come to their end. */
  get pending(): number {
    return this.#reading + this.#waiting.length + this.#running.size
  }

  /** A job was stopped: call what it names, if it names anything. */
  add(job: HeldJob): void {
    const callback = stoppedCallbackOf(job.hash)
    if (callback === undefined) return
    this.#reading += 1
    void this.#read(job, callback).finally(() => {
      this.#reading -= 1
      this.dispatch()
    })
  }

  /** Give waiting calls to executors that have room. */
  dispatch(): void {
    let given = 0
    for (const call of this.#waiting) {
      if (this.#over || this.#options.assign(call.run) === undefined) break
      this.#running.set(call.run.execution, call)
      given += 1
    }
    if (given === 0) return
    this.#waiting.splice(0, given)
    this.#options.send()
  }

  /** A call has ended. @returns false if the execution is none of ours. */
  ended(result: JobResult): boolean {
    const call = this.#running.get(result.execution)
    if (call === undefined) return false
    this.#running.delete(result.execution)
    if (result.outcome === 'ok') this.#options.logger.debug('a stopped callback was called', describe(call))
    else this.#complain(call, result.error.traceback)
    return true
  }

  /** Its executor died. @returns false if the execution is none of ours. */
  lost(execution: string, { exit, reason }: Death): boolean {
    const call = this.#running.get(execution)
    if (call === undefined) return false
    this.#running.delete(execution)
    const how = exit.signal ?? `exit code ${exit.code ?? 0}`
    const why = reason === null ? '' : ` (${reason})`
    this.#complain(call, `its executor ended by ${how}${why}`)
    return true
  }

  /** Executors gave these back: those of ours wait again. */
  returned(executions: readonly string[]): void {
    for (const execution of executions) {
      const call = this.#running.get(execution)
      if (call === undefined) continue
      this.#running.delete(execution)
      this.#waiting.push(call)
    }
  }

  /** Resolves when nothing waits for an executor any more, or after so long, or when there is no hope. */
  async handedOut(boundMs: number): Promise<void> {
    for (let leftMs = boundMs; leftMs > 0 && !this.#over; leftMs -= LOOK_MS) {
      if (this.#reading + this.#waiting.length === 0) return
      await delay(LOOK_MS)
    }
  }

  /** There are no executors any more: what waits is not called. */
  end(): void {
    this.#over = true
    for (const call of this.#waiting) this.#complain(call, 'the daemon stops')
    this.#waiting = []
  }

  async #read({ id, queue, hash }: HeldJob, callback: Callback): Promise<void> {
    const { store, random } = this.#options
    // The function may have saved another one since the job was claimed.
    const meta = await store.redis.hgetBuffer(store.keys.job(id), 'meta').catch(() => hash.meta ?? null)
    const { name, timeoutSec } = callback
    const callbacks = { success: null, failure: null, stopped: callback }
    const data = hash.data ?? new Uint8Array()
    const limitSec = timeoutSec > 0 ? timeoutSec : -1
    const run = { execution: random.hex(32), id, queue, data, meta, timeoutSec: limitSec, callbacks }
    const call = { run, callback: { name, timeoutSec } }
    if (this.#over) this.#complain(call, 'the daemon stops')
    else this.#waiting.push(call)
  }

  #complain(call: Call, why: string): void {
    this.#options.logger.error('a stopped callback failed, or was not called', { ...describe(call), error: why })
  }
}

function describe({ run, callback }: Call): { jobId: string; queue: string; callback: string } {
  return { jobId: run.id, queue: run.queue, callback: callback.name }
}
