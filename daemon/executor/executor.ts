import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock } from '../../src/clock.js'
import { RqdError } from '../../src/errors.js'
import { currentTask, TaskAbortedError } from '../../src/run/current-task.js'
import { FunctionResolver } from '../../src/run/resolve.js'
import { failedResult } from '../../src/run/run-function.js'
import { runTask } from '../../src/run/run-task.js'
import { describeThrown } from '../../src/run/traceback.js'
import { type Channel } from '../ipc/channel.js'
import {
  type AbortReason,
  type Callback,
  type FromExecutor,
  type JobResult,
  type JobStart,
  PROTOCOL_VERSION,
  type RunJob,
  type SupervisorHello,
  type ToExecutor,
} from '../ipc/messages.js'
import type { CustomSettings } from '../ipc/custom-settings.js'
import { type GateMemory, passGate } from './gate.js'
import type { Customs } from './customs.js'
import { MetaSaver } from './meta-saver.js'
import { preloadModules } from './preload.js'
import { reportStats } from './stats.js'
import { Title } from './title.js'

/** The process around an executor, given so that a test can be it. */
export interface ExecutorProcess {
  readonly pid: number
  readonly version: string
  setTitle(title: string): void
  /** From now on, send what jobs print by `send`, where it can be told whose it is. */
  splitOutput(send: (execution: string, stream: 'stdout' | 'stderr', bytes: Uint8Array) => void): void
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

/** Most of what a job prints that goes into one message. */
const MAX_OUTPUT_BYTES = 64 * 1024

/** Payloads from this size on may take a while to read: what has ended is told before. */
const LARGE_PAYLOAD_BYTES = 64 * 1024

/** How long the last messages may take to leave before the process ends anyway. */
const FLUSH_BOUND_MS = 2_000

/**
 * The life of an executor: `fresh` until the supervisor's hello, `loading` while modules preload, then `working`, and
 * `ending` for good once told to exit or in an unknown state. Jobs are begun in order, each in a lane; there are as
 * many lanes as jobs may run at a time.
 */
export class Executor {
  readonly #channel: Channel<FromExecutor, ToExecutor>
  readonly #clock: Clock
  readonly #process: ExecutorProcess
  readonly #gate: GateMemory
  readonly #metaSaver: MetaSaver
  readonly #waiting: RunJob[] = []
  /** Aborts of jobs that have not begun: they begin aborted. */
  readonly #abortsAhead = new Map<string, AbortReason>()
  readonly #running = new Map<string, Running>()
  /** Results that are not told yet. They are before the next function is called, or the event loop gets its turn. */
  #ended: JobResult[] = []
  #state: 'fresh' | 'loading' | 'working' | 'ending' = 'fresh'
  #resolver: FunctionResolver | undefined
  #customs: Customs | undefined
  #concurrency = 1
  #prefix: string | undefined
  #lanes = 0
  #exitAsked = false
  #isRecycled = false
  #lastYieldMs = 0
  readonly #title: Title

  constructor(channel: Channel<FromExecutor, ToExecutor>, clock: Clock, process: ExecutorProcess, gate: GateMemory) {
    this.#channel = channel
    this.#clock = clock
    this.#process = process
    this.#gate = gate
    this.#metaSaver = new MetaSaver(channel)
    this.#title = new Title(clock, (title) => process.setTitle(title))
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
        for (const job of message.jobs) this.#take(job)
        this.#work()
        break
      case 'abort':
        this.#abort(message.execution, message.reason)
        break
      case 'saved':
        this.#metaSaver.answered(message)
        break
      case 'serve':
        this.#title.serve(message.worker)
        if (this.#lanes === 0) this.#showIdle()
        break
      case 'exit':
        this.#exitAsked = true
        this.#isRecycled = message.why === 'recycling'
        if (this.#isRecycled) this.#title.show(this.#recycling())
        this.#waiting.length = 0
        if (this.#lanes === 0) void this.#end(0)
        break
    }
  }

  /**
   * An error that no promise chain of a job caught. The job whose it is fails with it; others that run beside it are
   * given back. In any case the state of this process is unknown from here on, so it ends.
   */
  uncaught(thrown: unknown): void {
    if (this.#state === 'ending') return
    if (this.#state === 'loading') {
      void this.#fatal(thrown)
      return
    }
    const { traceback } = describeThrown(thrown)
    const culprit = this.#culprit()
    if (culprit === undefined) {
      const what = this.#running.size === 0 ? 'while no job ran' : 'that belongs to none of the jobs that run'
      this.#process.warn(`uncaught error ${what}; the executor ends: ${traceback}`)
    } else {
      this.#process.warn(`uncaught error during job ${culprit.job.id}, which fails; the executor ends: ${traceback}`)
      this.#customs?.report(culprit.job, thrown)
    }
    this.#state = 'ending'
    // Before its end is told, which makes room for other jobs: this process would not begin them.
    this.#channel.send({ type: 'leaving' })
    if (culprit === undefined || this.#customs === undefined) this.#giveUp(culprit, thrown)
    else void this.#customs.flush(FLUSH_BOUND_MS).then(() => this.#giveUp(culprit, thrown))
  }

  #giveUp(culprit: Running | undefined, thrown: unknown): void {
    if (culprit !== undefined) {
      const nowMs = this.#clock.epochMs()
      this.#ended.push(failedResult(culprit.job, 'run', thrown, culprit.startedAtMs ?? nowMs, nowMs))
      this.#running.delete(culprit.job.execution)
      this.#tell()
      // Those that wait too: the first of them would be taken for what ended the process.
      const executions = [...this.#running.keys(), ...this.#waiting.map(({ execution }) => execution)]
      if (executions.length > 0) this.#channel.send({ type: 'returned', executions })
    }
    void this.#end(1)
  }

  /** The running job from whose call an uncaught error came, as far as that can be told. */
  #culprit(): Running | undefined {
    const known = this.#running.get(currentTask()?.job.execution ?? '')
    if (known !== undefined || this.#running.size !== 1) return known
    const [only] = this.#running.values()
    return only
  }

  async #begin(hello: SupervisorHello): Promise<void> {
    if (this.#state !== 'fresh') {
      await this.#fatal(new RqdError('RQD_PROTOCOL', 'a second hello came'))
      return
    }
    this.#state = 'loading'
    this.#title.serve(hello.worker)
    this.#concurrency = Math.max(1, hello.concurrency)
    this.#prefix = hello.prefix
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
    this.#title.show('loading')
    const resolver = new FunctionResolver(hello.taskPaths, this.#clock)
    try {
      await preloadModules(hello.preload, hello.taskPaths, resolver)
      if (hello.custom !== undefined) await this.#customize(hello, hello.custom, resolver)
    } catch (thrown) {
      await this.#fatal(thrown)
      return
    }
    if (this.#ending()) return
    this.#process.splitOutput((execution, stream, bytes) => this.#printed(execution, stream, bytes))
    this.#resolver = resolver
    this.#channel.send({ type: 'ready' })
    reportStats(hello.statsIntervalMs, (stats) => void this.#channel.send(stats))
    this.#state = 'working'
    this.#showIdle()
    this.#work()
  }

  // Loaded only where there is something: it takes time and memory.
  async #customize({ taskPaths, worker }: SupervisorHello, settings: CustomSettings, resolver: FunctionResolver) {
    const { Customs } = await import('./customs.js')
    const customs = await Customs.load(settings, {
      taskPaths,
      worker,
      resolver,
      warn: (sentence) => this.#process.warn(sentence),
    })
    await customs.start()
    this.#customs = customs
  }

  #take(job: RunJob): void {
    if (this.#prefix !== undefined) job.prefix ??= this.#prefix
    this.#waiting.push(job)
  }

  /** Open as many lanes as there are jobs and places for them. */
  #work(): void {
    if (this.#resolver === undefined) return
    if (this.#lanes === 0) this.#lastYieldMs = this.#clock.monoMs()
    const free = Math.min(this.#concurrency - this.#lanes, this.#waiting.length)
    for (let i = 0; i < free; i++) void this.#lane(this.#resolver)
  }

  /** Run what is waiting, one after the other. */
  async #lane(resolver: FunctionResolver): Promise<void> {
    this.#lanes += 1
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      const passed = passGate(this.#gate, job.seq)
      if (passed === 'unsure') this.#channel.send({ type: 'returned', executions: [job.execution] })
      if (passed !== 'begin') continue
      if (job.data.length >= LARGE_PAYLOAD_BYTES) this.#tell()
      // Not in one line: what is told in between empties the list by another.
      const result = await this.#run(job, resolver)
      if (this.#ending()) return
      this.#ended.push(result)
      if (this.#waiting.length === 0) this.#tell()
      await this.#yieldIfDue()
      if (this.#ending()) return
    }
    this.#lanes -= 1
    if (this.#lanes > 0) return
    this.#tell()
    this.#abortsAhead.clear()
    this.#showIdle()
    if (this.#exitAsked) await this.#end(0)
  }

  async #run(job: RunJob, resolver: FunctionResolver): Promise<JobResult> {
    const running: Running = { job, aborter: new AbortController(), startedAtMs: undefined }
    this.#running.set(job.execution, running)
    const reason = this.#abortsAhead.get(job.execution)
    if (reason !== undefined) this.#abort(job.execution, reason)
    const result = await runTask(job, {
      resolver,
      clock: this.#clock,
      aborter: running.aborter,
      saveMeta: (meta) => this.#metaSaver.save(job.execution, meta),
      onLoading: () => this.#tell(),
      onStarted: (func, atMs) => this.#started(running, func, atMs),
      onCallback: (callback, traceback, step) => this.#callsBack(job, callback, traceback, step),
      onTrouble: (sentence) => this.#process.warn(sentence),
      custom: this.#customs,
    })
    this.#running.delete(job.execution)
    return result
  }

  #started(running: Running, func: string, atMs: number): Promise<void> | undefined {
    const { seq, execution, id } = running.job
    running.startedAtMs = atMs
    if (!this.#isRecycled) this.#title.running(func, id, atMs, this.#running.size - 1)
    this.#tell({ seq, execution, atMs })
    return this.#channel.bufferedBytes === 0 ? undefined : this.#channel.flushed()
  }

  /** A callback may never yield, as any function. */
  #callsBack({ execution }: RunJob, { timeoutSec }: Callback, traceback: string | null, step?: string): void {
    this.#tell()
    const named = step === undefined ? {} : { step }
    this.#channel.send({ type: 'callback', execution, timeoutSec, traceback, ...named })
    this.#channel.flush()
  }

  /**
   * Tell what has ended and what is called now. It leaves the process at once: a function may never yield, or end the
   * process, and what was sent before must not wait in here then.
   */
  #tell(start?: JobStart): void {
    const ended = this.#ended
    const started = start === undefined ? [] : [start]
    if (ended.length + started.length === 0) return
    this.#ended = []
    try {
      this.#channel.send({ type: 'progress', ended, started })
    } catch {
      // Too large for a frame: one by one, and what is too large by itself fails with that.
      for (const result of ended) this.#tellOne(result)
      if (start !== undefined) this.#channel.send({ type: 'progress', ended: [], started })
    }
    this.#channel.flush()
  }

  #tellOne(result: JobResult): void {
    try {
      this.#channel.send({ type: 'progress', ended: [result], started: [] })
    } catch (thrown) {
      const failed = failedResult(result, 'encode', thrown, result.startedAtMs, result.endedAtMs)
      this.#channel.send({ type: 'progress', ended: [failed], started: [] })
    }
  }

  /** It leaves the process at once, as a write to a stream would: the next line may end the process. */
  #printed(execution: string, stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MAX_OUTPUT_BYTES) {
      const part = bytes.subarray(at, at + MAX_OUTPUT_BYTES)
      this.#channel.send({ type: 'output', execution, stream, bytes: part })
    }
    this.#channel.flush()
  }

  #abort(execution: string, reason: AbortReason): void {
    const running = this.#running.get(execution)
    if (running !== undefined) {
      const abort = (): void => running.aborter.abort(new TaskAbortedError(reason))
      if (reason === 'timeout' && this.#customs !== undefined) this.#customs.timedOut(running.job, abort)
      else abort()
    } else if (this.#waiting.some((job) => job.execution === execution)) this.#abortsAhead.set(execution, reason)
  }

  async #yieldIfDue(): Promise<void> {
    if (this.#clock.monoMs() - this.#lastYieldMs < YIELD_AFTER_MS) return
    this.#tell()
    await nextTurn()
    this.#lastYieldMs = this.#clock.monoMs()
  }

  #showIdle(): void {
    this.#title.show(this.#isRecycled ? this.#recycling() : 'idle')
  }

  /** It ends the jobs that it has, for another one serves its slot. */
  #recycling(): string {
    const [first] = this.#running.values()
    return first === undefined ? 'recycling' : `recycling, ends job ${first.job.id}`
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
    if (code === 0) await this.#customs?.stop()
    const bound = setTimeout(() => this.#process.exit(code), FLUSH_BOUND_MS)
    await this.#channel.flushed()
    clearTimeout(bound)
    this.#process.exit(code)
  }
}
