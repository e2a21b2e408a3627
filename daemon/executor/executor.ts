import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock } from '../../src/clock.js'
import { RqdError } from '../../src/errors.js'
import { type Channel } from '../ipc/channel.js'
import {
  type AbortReason,
  type FromExecutor,
  type JobResult,
  PROTOCOL_VERSION,
  type RunJob,
  type SupervisorHello,
  type ToExecutor,
} from '../ipc/messages.js'
import { TaskAbortedError } from './current-task.js'
import { preloadModules } from './preload.js'
import { FunctionResolver } from './resolve.js'
import { failedResult, runTask } from './run-task.js'
import { reportStats } from './stats.js'
import { describeThrown } from './traceback.js'

/** The process around an executor, given so that a test can be it. */
export interface ExecutorProcess {
  readonly pid: number
  readonly version: string
  setTitle(title: string): void
  /** Tell the operator one sentence (stderr). */
  warn(sentence: string): void
  /** End the process. */
  exit(code: number): void
}

interface Running {
  readonly job: RunJob
  readonly aborter: AbortController
  /** When the function was called; undefined before. */
  startedAtMs: number | undefined
}

/** After this long without it, the event loop gets a turn between two jobs: messages, timers and sockets are heard. */
const YIELD_AFTER_MS = 5

/** How long the last messages may take to leave before the process ends anyway. */
const FLUSH_BOUND_MS = 2_000

/**
 * The life of an executor: `fresh` until the supervisor's hello, `loading` while modules preload, then `idle` and
 * `running` in turns, and `ending` for good once told to exit or in an unknown state.
 */
export class Executor {
  readonly #channel: Channel<FromExecutor, ToExecutor>
  readonly #clock: Clock
  readonly #process: ExecutorProcess
  readonly #waiting: RunJob[] = []
  /** Aborts of jobs that have not begun: they begin aborted. */
  readonly #abortsAhead = new Map<string, AbortReason>()
  #state: 'fresh' | 'loading' | 'idle' | 'running' | 'ending' = 'fresh'
  #resolver: FunctionResolver | undefined
  #worker = ''
  #running: Running | undefined
  #exitAsked = false
  #lastYieldMs = 0

  constructor(channel: Channel<FromExecutor, ToExecutor>, clock: Clock, process: ExecutorProcess) {
    this.#channel = channel
    this.#clock = clock
    this.#process = process
  }

  /** Act on one message of the supervisor. */
  handle(message: ToExecutor): void {
    if (this.#state === 'ending') return
    if (this.#state === 'fresh' && message.type !== 'hello') {
      void this.#fatal(new RqdError('RQD_PROTOCOL', `the first message is ${message.type}: expected hello`))
      return
    }
    switch (message.type) {
      case 'hello':
        void this.#begin(message)
        break
      case 'run':
        if (this.#exitAsked) break
        for (const job of message.jobs) this.#waiting.push(job)
        if (this.#state === 'idle') void this.#work()
        break
      case 'abort':
        this.#abort(message.execution, message.reason)
        break
      case 'serve':
        this.#worker = message.worker
        if (this.#state === 'idle') this.#showIdle()
        break
      case 'exit':
        this.#exitAsked = true
        this.#waiting.length = 0
        if (this.#state !== 'running') void this.#end(0)
        break
    }
  }

  /**
   * An error that no promise chain of a job caught. A running job fails with it. In any case the state of this process
   * is unknown from here on, so it ends.
   */
  uncaught(thrown: unknown): void {
    if (this.#state === 'ending') return
    if (this.#state === 'loading') {
      void this.#fatal(thrown)
      return
    }
    const running = this.#running
    const { traceback } = describeThrown(thrown)
    if (running === undefined) {
      this.#process.warn(`uncaught error while no job ran; the executor ends: ${traceback}`)
    } else {
      this.#process.warn(`uncaught error during job ${running.job.id}, which fails; the executor ends: ${traceback}`)
      const nowMs = this.#clock.epochMs()
      this.#report(running.job, failedResult(running.job, 'run', thrown, running.startedAtMs ?? nowMs, nowMs))
    }
    void this.#end(1)
  }

  async #begin(hello: SupervisorHello): Promise<void> {
    if (this.#state !== 'fresh') {
      await this.#fatal(new RqdError('RQD_PROTOCOL', 'a second hello came'))
      return
    }
    this.#state = 'loading'
    this.#worker = hello.worker
    const { pid, version } = this.#process
    this.#channel.send({ type: 'hello', protocol: PROTOCOL_VERSION, pid, language: 'node', version })
    if (hello.protocol !== PROTOCOL_VERSION) {
      await this.#fatal(
        new RqdError(
          'RQD_PROTOCOL',
          `the supervisor speaks executor protocol ${hello.protocol}, this executor ${PROTOCOL_VERSION}: ` +
            'both must come from the same version of rqd; restart the daemon',
        ),
      )
      return
    }
    this.#process.setTitle(`rqd: executor ${this.#worker} loading`)
    const resolver = new FunctionResolver(hello.taskPaths, this.#clock)
    try {
      await preloadModules(hello.preload, hello.taskPaths, resolver)
    } catch (thrown) {
      await this.#fatal(thrown)
      return
    }
    if (this.#ending()) return
    this.#resolver = resolver
    this.#channel.send({ type: 'ready' })
    reportStats(hello.statsIntervalMs, (stats) => void this.#channel.send(stats))
    this.#state = 'idle'
    this.#showIdle()
    if (this.#waiting.length > 0) await this.#work()
  }

  /** Run what is waiting, one after the other. */
  async #work(): Promise<void> {
    const resolver = this.#resolver
    if (resolver === undefined) return
    this.#state = 'running'
    this.#lastYieldMs = this.#clock.monoMs()
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      const running: Running = { job, aborter: new AbortController(), startedAtMs: undefined }
      this.#running = running
      const reason = this.#abortsAhead.get(job.execution)
      if (reason !== undefined) this.#abort(job.execution, reason)
      const result = await runTask(job, {
        resolver,
        clock: this.#clock,
        aborter: running.aborter,
        onStarted: (func, atMs) => this.#started(running, func, atMs),
      })
      if (this.#ending()) return
      this.#running = undefined
      this.#report(job, result)
      await this.#yieldIfDue()
      if (this.#ending()) return
    }
    this.#abortsAhead.clear()
    this.#state = 'idle'
    this.#showIdle()
    if (this.#exitAsked) await this.#end(0)
  }

  #started(running: Running, func: string, atMs: number): Promise<void> | undefined {
    running.startedAtMs = atMs
    this.#process.setTitle(`rqd: executor ${this.#worker} running ${func} (${running.job.id})`)
    this.#channel.send({ type: 'started', execution: running.job.execution, atMs })
    // The function may never yield, or end the process: this message and the results before it must not wait in here.
    this.#channel.flush()
    return this.#channel.bufferedBytes === 0 ? undefined : this.#channel.flushed()
  }

  #report(job: RunJob, result: JobResult): void {
    try {
      this.#channel.send({ type: 'ended', results: [result] })
    } catch (thrown) {
      // Too large for a frame: the job fails with that.
      const failed = failedResult(job, 'encode', thrown, result.startedAtMs, result.endedAtMs)
      this.#channel.send({ type: 'ended', results: [failed] })
    }
  }

  #abort(execution: string, reason: AbortReason): void {
    if (this.#running?.job.execution === execution) this.#running.aborter.abort(new TaskAbortedError(reason))
    else if (this.#waiting.some((job) => job.execution === execution)) this.#abortsAhead.set(execution, reason)
  }

  async #yieldIfDue(): Promise<void> {
    if (this.#clock.monoMs() - this.#lastYieldMs < YIELD_AFTER_MS) return
    await nextTurn()
    this.#lastYieldMs = this.#clock.monoMs()
  }

  #showIdle(): void {
    this.#process.setTitle(`rqd: executor ${this.#worker} idle`)
  }

  /** True once the process is on its way out; asked after each await. */
  #ending(): boolean {
    return this.#state === 'ending'
  }

  async #fatal(thrown: unknown): Promise<void> {
    if (this.#ending()) return
    const { message, traceback } = describeThrown(thrown)
    this.#process.warn(`cannot work: ${traceback}`)
    this.#channel.send({ type: 'fatal', message, traceback })
    await this.#end(1)
  }

  async #end(code: number): Promise<void> {
    this.#state = 'ending'
    const bound = setTimeout(() => this.#process.exit(code), FLUSH_BOUND_MS)
    await this.#channel.flushed()
    clearTimeout(bound)
    this.#process.exit(code)
  }
}
