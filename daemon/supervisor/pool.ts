import type { Clock } from '../../src/clock.js'
import { deferred, type Deferred } from '../../src/deferred.js'
import { RqdError, coerceError, hasCode } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { PROTOCOL_VERSION, type AbortReason, type FromExecutor, type JobResult, type RunJob } from '../ipc/messages.js'
import {
  newSlot,
  nextTickMs,
  step,
  type Slot,
  type SlotAction,
  type SlotEvent,
  type SlotPolicy,
  type SlotState,
} from './children.js'
import type { Death } from './death.js'
import type { OomWatch } from './oom-watch.js'
import { OutputTail } from './output-tail.js'
import type { ExecutorProcess, Exit, SpawnExecutor } from './spawn.js'
import { readVitals, type Vitals } from './vitals.js'

/** What the pool tells its owner. */
export interface PoolListener {
  /** The function of a job was called. */
  began(execution: string, atMs: number): void
  ended(result: JobResult): void
  /** The executor died in the middle of a job. */
  lost(execution: string, death: Death): void
  /** A slot has become free. */
  free(): void
}

export interface PoolOptions {
  /** RQ worker names, one per slot. */
  workers: readonly string[]
  /** Executors kept warm beside them, to take over at once from one that dies. */
  spares: number
  taskPaths: readonly string[]
  preload: readonly string[]
  statsIntervalMs: number
  policy: SlotPolicy
  spawn: SpawnExecutor
  oomWatch: OomWatch
  clock: Clock
  logger: Logger
  listener: PoolListener
  /** Where what the jobs print goes. */
  output: (chunk: Uint8Array, stream: 'stdout' | 'stderr') => void
}

/** A slot as `status` shows it. */
export interface SlotView {
  readonly worker: string
  readonly pid: number | null
  readonly phase: SlotState['phase']
  readonly execution: string | null
  readonly rssBytes: number | null
  readonly jobsDone: number
}

/** How often each executor's use of memory and CPU is looked at, from outside: a busy loop tells nothing itself. */
const LOOK_MS = 250

interface Member {
  readonly worker: string
  readonly isSpare: boolean
  slot: Slot
  process: ExecutorProcess | null
  /** As of the last look; null before the first. */
  vitals: Vitals | null
  /** CPU time that the process had used when its job was assigned, as far as it was known. */
  cpuMsBefore: number
  jobsDone: number
  readonly tail: OutputTail
  readonly closed: Deferred<void>
}

/** Performs what children.ts decides: starts executors, hands them jobs, ends them. One job per slot at a time. */
export class Pool {
  readonly #options: PoolOptions
  readonly #members: Member[]
  readonly #spares: Member[] = []
  /** To whom an executor belongs now: a spare that takes over changes hands. */
  readonly #owners = new Map<ExecutorProcess, Member>()
  readonly #ready = deferred()
  #timer: NodeJS.Timeout | undefined
  #lookTimer: NodeJS.Timeout | undefined
  #stopping = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#members = options.workers.map((worker) => newMember(worker, false))
    // A pool that is stopped before it is ready has nobody to tell.
    this.#ready.promise.catch(() => undefined)
  }

  /**
   * Fork all executors and resolve when every one is warm.
   * @throws RqdError RQD_EXECUTOR with the executor's own words if one says that it cannot work.
   */
  async start(): Promise<void> {
    this.#tick()
    this.#lookTimer = setInterval(() => this.#members.forEach((member) => this.#look(member)), LOOK_MS)
    await this.#ready.promise
    // Only now: a spare must not delay what it is there to speed up.
    for (let i = 0; i < this.#options.spares; i++) this.#spares.push(newMember('spare', true))
    this.#tick()
  }

  /** How many jobs could be assigned now. */
  get freeSlots(): number {
    return this.#stopping ? 0 : this.#members.filter(({ slot }) => slot.state.phase === 'idle').length
  }

  /** How many spares could take over a slot at once. */
  get warmSpares(): number {
    return this.#spares.filter(({ slot }) => slot.state.phase === 'idle').length
  }

  /** Hand a job to a free slot. @returns the worker that runs it, or undefined if no slot is free. */
  assign(job: RunJob): string | undefined {
    const member = this.#stopping ? undefined : this.#members.find(({ slot }) => slot.state.phase === 'idle')
    if (member === undefined) return undefined
    const limitMs = job.timeoutSec < 0 ? null : job.timeoutSec * 1000
    this.#apply(member, { type: 'assigned', execution: job.execution, limitMs })
    member.tail.clear()
    member.cpuMsBefore = member.vitals?.cpuMs ?? 0
    try {
      member.process?.channel.send({ type: 'run', jobs: [job] })
    } catch (thrown) {
      const error = coerceError(thrown)
      this.#options.logger.error('a job does not fit a frame', { jobId: job.id, error: error.message })
      this.#apply(member, { type: 'interrupt', execution: job.execution, reason: 'shutdown', force: true })
    }
    return member.worker
  }

  /** End a running job: by the abort signal and its ladder, or at once with `force`. */
  interrupt(execution: string, reason: AbortReason, force: boolean): void {
    for (const member of this.#members) this.#apply(member, { type: 'interrupt', execution, reason, force })
  }

  /** Let running jobs end, then end the executors; with `force`, kill them all now. Resolves when all have ended. */
  async stop(force: boolean): Promise<void> {
    this.#stopping = true
    this.#ready.reject(new RqdError('RQD_EXECUTOR', 'the pool was stopped before its executors were ready'))
    const all = [...this.#members, ...this.#spares]
    for (const member of all) this.#apply(member, { type: 'close', force })
    await Promise.all(all.map(({ closed }) => closed.promise))
    clearTimeout(this.#timer)
    clearInterval(this.#lookTimer)
  }

  view(): SlotView[] {
    return this.#members.map(({ worker, slot, process, vitals, jobsDone }) => ({
      worker,
      pid: process?.pid ?? null,
      phase: slot.state.phase,
      execution: executionOf(slot.state),
      rssBytes: process === null ? null : (vitals?.rssBytes ?? null),
      jobsDone,
    }))
  }

  #apply(member: Member, event: SlotEvent, exit?: Exit): void {
    const before = member.slot.state.phase
    const [slot, actions] = step(member.slot, event, this.#options.clock.monoMs(), this.#options.policy)
    member.slot = slot
    for (const action of actions) this.#perform(member, action, exit)
    const { phase } = member.slot.state
    if (phase === 'closed') member.closed.resolve()
    if (phase === 'idle' && before !== 'idle' && !member.isSpare) {
      if (this.#members.every(({ slot: each }) => each.state.phase === 'idle')) this.#ready.resolve()
      this.#options.listener.free()
    }
    this.#setTimer()
  }

  #perform(member: Member, action: SlotAction, exit: Exit | undefined): void {
    const { logger, listener } = this.#options
    switch (action.type) {
      case 'spawn':
        if (!this.#adoptSpare(member)) this.#spawn(member)
        return
      case 'abort':
        member.process?.channel.send({ type: 'abort', execution: action.execution, reason: action.reason })
        return
      case 'exit':
        member.process?.channel.send({ type: 'exit' })
        return
      case 'signal':
        // The last moment at which the system tells.
        this.#look(member)
        member.process?.signal(action.signal)
        return
      case 'job-lost':
        if (exit !== undefined) listener.lost(action.execution, this.#deathOf(member, exit, action.reason))
        return
      case 'crash-loop':
        logger.error('an executor died before it did anything; the next start is delayed', {
          worker: member.worker,
          failures: action.failures,
          delayMs: action.delayMs,
          exitCode: exit?.code,
          signal: exit?.signal,
        })
    }
  }

  /** Let a warm spare take over a slot; another one is forked in its stead. @returns false if there is none. */
  #adoptSpare(member: Member): boolean {
    const spare = member.isSpare ? undefined : this.#spares.find(({ slot }) => slot.state.phase === 'idle')
    const executor = spare?.process
    if (spare === undefined || executor === undefined || executor === null) return false
    spare.process = null
    spare.slot = newSlot
    member.process = executor
    member.vitals = spare.vitals
    this.#owners.set(executor, member)
    executor.channel.send({ type: 'serve', worker: member.worker })
    this.#apply(member, { type: 'ready' })
    return true
  }

  #spawn(member: Member): void {
    const { logger, spawn, taskPaths, preload, statsIntervalMs, output } = this.#options
    let executor: ExecutorProcess
    try {
      executor = spawn()
    } catch (thrown) {
      logger.error('an executor could not be started', { worker: member.worker, error: coerceError(thrown).message })
      setImmediate(() => this.#apply(member, { type: 'died' }))
      return
    }
    member.process = executor
    member.vitals = null
    this.#owners.set(executor, member)
    for (const stream of ['stdout', 'stderr'] as const) {
      executor[stream].on('data', (chunk: Buffer) => {
        this.#owners.get(executor)?.tail.add(chunk)
        output(chunk, stream)
      })
    }
    executor.channel.onMessage((message) => {
      const owner = this.#owners.get(executor)
      if (owner !== undefined) this.#hear(owner, executor, message)
    })
    executor.channel.onClose((error) => {
      // A connection that merely broke is the executor's death, which is told on its own.
      if (hasCode(error, 'RQD_PROTOCOL')) {
        logger.error('an executor broke the protocol and is ended', { pid: executor.pid, error: error?.message })
      }
      // Without its channel an executor is of no use: its death follows and is handled there.
      executor.signal('SIGKILL')
    })
    executor.channel.send({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      worker: member.worker,
      taskPaths: [...taskPaths],
      preload: [...preload],
      statsIntervalMs,
    })
    void executor.ended.then((exit) => {
      executor.channel.close()
      logger.debug('executor ended', { pid: executor.pid, exitCode: exit.code, signal: exit.signal })
      const owner = this.#owners.get(executor)
      this.#owners.delete(executor)
      if (owner === undefined) return
      owner.process = null
      this.#apply(owner, { type: 'died' }, exit)
    })
    logger.debug('executor started', { worker: member.worker, pid: executor.pid })
  }

  #hear(member: Member, executor: ExecutorProcess, message: FromExecutor): void {
    const { listener, logger } = this.#options
    switch (message.type) {
      case 'hello':
        if (message.protocol !== PROTOCOL_VERSION) {
          const text = `executor speaks protocol ${message.protocol}, expected ${PROTOCOL_VERSION}`
          executor.channel.close(new RqdError('RQD_PROTOCOL', text))
        }
        return
      case 'ready':
        this.#look(member)
        this.#apply(member, { type: 'ready' })
        return
      case 'fatal':
        logger.error('an executor cannot work', { worker: member.worker, pid: executor.pid, error: message.message })
        this.#ready.reject(new RqdError('RQD_EXECUTOR', message.message))
        return
      case 'started':
        this.#apply(member, { type: 'began', execution: message.execution })
        listener.began(message.execution, message.atMs)
        return
      case 'ended':
        for (const result of message.results) {
          member.jobsDone += 1
          listener.ended(result)
          this.#apply(member, { type: 'ended', execution: result.execution })
        }
        return
      case 'stats':
        // A sign of life. What it says is looked at from outside, where it cannot be held up.
        return
    }
  }

  #look(member: Member): void {
    if (member.process !== null) member.vitals = readVitals(member.process.pid) ?? member.vitals
  }

  #deathOf({ vitals, cpuMsBefore, tail }: Member, exit: Exit, reason: AbortReason | null): Death {
    return {
      exit,
      reason,
      oomKiller: this.#options.oomWatch.killer(),
      peakRssBytes: vitals?.peakRssBytes ?? null,
      cpuMs: vitals === null ? null : Math.max(0, vitals.cpuMs - cpuMsBefore),
      output: tail.lines(),
    }
  }

  #tick(): void {
    for (const member of [...this.#members, ...this.#spares]) this.#apply(member, { type: 'tick' })
  }

  #setTimer(): void {
    clearTimeout(this.#timer)
    const dues = [...this.#members, ...this.#spares].map(({ slot }) => nextTickMs(slot)).filter((due) => due !== null)
    if (dues.length === 0) return
    const delayMs = Math.max(0, Math.min(...dues) - this.#options.clock.monoMs())
    this.#timer = setTimeout(() => this.#tick(), Math.ceil(delayMs))
  }
}

function newMember(worker: string, isSpare: boolean): Member {
  return {
    worker,
    isSpare,
    slot: newSlot,
    process: null,
    vitals: null,
    cpuMsBefore: 0,
    jobsDone: 0,
    tail: new OutputTail(),
    closed: deferred(),
  }
}

function executionOf(state: SlotState): string | null {
  if (state.phase === 'busy') return state.execution
  return state.phase === 'closing' ? (state.busy?.execution ?? null) : null
}
