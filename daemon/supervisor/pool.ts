import { setTimeout as delay } from 'node:timers/promises'
import { deferred } from '../../src/deferred.js'
import { RqdError, coerceError, hasCode } from '../../src/errors.js'
import { PROTOCOL_VERSION, type AbortReason, type FromExecutor, type RunJob } from '../ipc/messages.js'
import { Alarm } from './alarm.js'
import { heldBy, newSlot, nextTickMs, step, type SlotAction, type SlotEvent, type SlotState } from './children.js'
import { leastLoaded, Member } from './member.js'
import { mergeProgress } from './merge-progress.js'
import type { PoolOptions } from './pool-options.js'
import type { ExecutorProcess, Exit } from './spawn.js'
import { readVitals } from './vitals.js'

/** A slot as `status` shows it. */
export interface SlotView {
  readonly worker: string
  readonly pid: number | null
  readonly phase: SlotState['phase']
  /** Executions whose function has been called, the oldest first. */
  readonly running: readonly string[]
  /** Jobs that wait in the executor. */
  readonly ahead: number
  readonly rssBytes: number | null
  readonly jobsDone: number
}

/** How often each executor's use of memory and CPU is looked at, from outside: a busy loop tells nothing itself. */
const LOOK_MS = 250

/** How long an executor may take to say which jobs it has not begun, before nobody waits for it any more. */
const TAKE_BACK_LIMIT_MS = 2_000

/**
 * Performs what children.ts decides: starts executors, hands them jobs, ends them. Short jobs are handed over some
 * milliseconds ahead, so that an executor never waits for its next one.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #members: Member[]
  readonly #spares: Member[] = []
  /** To whom an executor belongs now: a spare that takes over changes hands. */
  readonly #owners = new Map<ExecutorProcess, Member>()
  readonly #ready = deferred()
  readonly #alarm: Alarm
  #lookTimer: NodeJS.Timeout | undefined
  #stopping = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#alarm = new Alarm(options.clock, () => this.#tick())
    this.#members = options.workers.map((worker) => this.#newMember(worker, false))
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
    for (let i = 0; i < this.#options.spares; i++) this.#spares.push(this.#newMember('spare', true))
    this.#tick()
  }

  /**
   * How many more jobs should be brought now, that may well last so long each (undefined: nobody knows how long).
   * None while all executors have enough, so that jobs are brought many at a time.
   */
  capacity(estimateMs: number | undefined): number {
    if (this.#stopping) return 0
    const nowMs = this.#options.clock.monoMs()
    if (!this.#members.some((member) => member.wantsMore(estimateMs, nowMs))) return 0
    return this.#members.reduce((sum, member) => sum + member.capacity(estimateMs, nowMs), 0)
  }

  /** True if some executor has begun or ended a job lately, or has nothing to do. */
  get isMoving(): boolean {
    return this.#members.some((member) => member.isMoving(this.#options.clock.monoMs()))
  }

  /** How many spares could take over a slot at once. */
  get warmSpares(): number {
    return this.#spares.filter(({ slot }) => slot.state.phase === 'idle').length
  }

  /**
   * Choose an executor for a job: the one with the least work before it. It goes out with `send`.
   * @returns the worker that runs it, or undefined if none takes it now
   */
  assign(job: Omit<RunJob, 'seq'>, estimateMs?: number): string | undefined {
    if (this.#stopping) return undefined
    const nowMs = this.#options.clock.monoMs()
    const chosen = leastLoaded(this.#members, estimateMs, nowMs)
    chosen?.take(job, estimateMs, nowMs)
    return chosen?.worker
  }

  /** Hand over what was assigned. */
  send(): void {
    for (const member of this.#members) {
      const { frames, assigned } = member.handOver()
      if (assigned.length === 0) continue
      // Sent first: an idle executor wakes up while the rest is done here. Nothing is heard from it in this turn.
      for (const jobs of frames) member.process?.channel.send({ type: 'run', jobs })
      member.process?.channel.flush()
      this.#apply(member, { type: 'assigned', jobs: assigned })
    }
  }

  /** End a running job: by the abort signal and its ladder, or at once with `force`. */
  interrupt(execution: string, reason: AbortReason, force: boolean): void {
    for (const member of this.#members) this.#apply(member, { type: 'interrupt', execution, reason, force })
  }

  /** Kill the executor that serves a worker's slot, if it runs a job: that ends as one whose executor died. */
  kill(worker: string): void {
    const member = this.#members.find((each) => each.worker === worker)
    if (member === undefined || heldBy(member.slot).running.length === 0) return
    this.#look(member)
    member.process?.signal('SIGKILL')
  }

  /**
   * Take back all jobs that are not begun: the listener hears of them. Resolves when that is done, or an executor has
   * not answered for so long that it must be frozen; then its jobs come back when it answers or ends.
   */
  async takeBack(): Promise<void> {
    const bound = new AbortController()
    const limit = delay(TAKE_BACK_LIMIT_MS, undefined, { signal: bound.signal }).catch(() => undefined)
    await Promise.race([Promise.all(this.#members.map((member) => member.takeBack())), limit])
    bound.abort()
  }

  /** Let running jobs end, then end the executors; with `force`, kill them all now. Resolves when all have ended. */
  async stop(force: boolean): Promise<void> {
    this.#stopping = true
    this.#ready.reject(new RqdError('RQD_EXECUTOR', 'the pool was stopped before its executors were ready'))
    const all = [...this.#members, ...this.#spares]
    for (const member of all) this.#apply(member, { type: 'close', force })
    await Promise.all(all.map(({ closed }) => closed.promise))
    this.#alarm.stop()
    clearInterval(this.#lookTimer)
  }

  view(): SlotView[] {
    return this.#members.map(({ worker, slot, process, vitals, jobsDone }) => {
      const { running, ahead } = heldBy(slot)
      return {
        worker,
        pid: process?.pid ?? null,
        phase: slot.state.phase,
        running: running.map(({ execution }) => execution),
        ahead: ahead.length,
        rssBytes: process === null ? null : (vitals?.rssBytes ?? null),
        jobsDone,
      }
    })
  }

  #newMember(worker: string, isSpare: boolean): Member {
    return new Member(worker, isSpare, this.#options.policy.concurrency)
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
    this.#alarm.by(nextTickMs(member.slot))
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
      case 'take-back':
        void member.takeBack()
        return
      case 'jobs-returned':
        for (const execution of action.executions) member.forget(execution)
        listener.returned(action.executions)
        return
      case 'job-lost':
        if (exit === undefined) return
        listener.lost(action.execution, {
          exit,
          reason: action.reason,
          oomKiller: this.#options.oomWatch.killer(),
          ...member.trace(action.execution),
        })
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
    member.serve(executor, spare.answers)
    spare.serve(null)
    spare.slot = newSlot
    member.vitals = spare.vitals
    this.#owners.set(executor, member)
    executor.channel.send({ type: 'serve', worker: member.worker })
    this.#apply(member, { type: 'ready' })
    return true
  }

  #spawn(member: Member): void {
    const { logger, spawn, output, listener, policy, custom } = this.#options
    let executor: ExecutorProcess
    try {
      executor = spawn()
    } catch (thrown) {
      logger.error('an executor could not be started', { worker: member.worker, error: coerceError(thrown).message })
      setImmediate(() => this.#apply(member, { type: 'died' }))
      return
    }
    member.serve(executor)
    member.vitals = null
    this.#owners.set(executor, member)
    for (const stream of ['stdout', 'stderr'] as const) {
      executor[stream].on('data', (chunk: Buffer) => {
        this.#owners.get(executor)?.printed(chunk)
        output(chunk, stream)
      })
    }
    executor.channel.onMessages((messages) => {
      const owner = this.#owners.get(executor)
      if (owner === undefined) return
      for (const message of mergeProgress(messages)) this.#hear(owner, executor, message)
    })
    executor.onRevoked((upToSeq, begunSeq) => {
      const owner = this.#owners.get(executor)
      if (owner === undefined) return
      owner.answers = true
      this.#apply(owner, { type: 'revoked', upToSeq, begunSeq })
      owner.answered(upToSeq)
      listener.free()
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
      taskPaths: [...this.#options.taskPaths],
      preload: [...this.#options.preload],
      statsIntervalMs: this.#options.statsIntervalMs,
      concurrency: policy.concurrency,
      ...(custom === undefined ? {} : { custom }),
    })
    void executor.ended.then((exit) => {
      executor.channel.close()
      logger.debug('executor ended', { pid: executor.pid, exitCode: exit.code, signal: exit.signal })
      const owner = this.#owners.get(executor)
      this.#owners.delete(executor)
      if (owner === undefined) return
      this.#apply(owner, { type: 'died' }, exit)
      if (owner.process === executor) owner.serve(null)
      listener.free()
    })
    logger.debug('executor started', { worker: member.worker, pid: executor.pid })
  }

  #hear(member: Member, executor: ExecutorProcess, message: FromExecutor): void {
    const { logger, listener } = this.#options
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
      case 'progress':
        this.#progress(member, message)
        return
      case 'callback': {
        const { execution, timeoutSec, traceback, step: name } = message
        this.#apply(member, { type: 'callback', execution, limitMs: timeoutSec > 0 ? timeoutSec * 1000 : null })
        listener.callingBack(execution, timeoutSec, traceback, name)
        return
      }
      case 'returned':
        this.#apply(member, { type: 'returned', executions: message.executions })
        return
      case 'meta':
        void this.#options.listener.meta(message.execution, message.meta).then((failure) => {
          const { code, message: why } = failure ?? { code: '', message: '' }
          executor.channel.send({ type: 'saved', request: message.request, code, message: why })
        })
        return
      case 'output':
        member.printed(message.bytes, message.execution)
        this.#options.output(message.bytes, message.stream)
        return
      case 'stats':
        // A sign of life. What it says is looked at from outside, where it cannot be held up.
        return
    }
  }

  #progress(member: Member, { ended, started }: FromExecutor & { type: 'progress' }): void {
    const { listener, clock } = this.#options
    const nowMs = clock.monoMs()
    for (const result of ended) {
      member.jobsDone += 1
      member.ended(result.execution, nowMs)
      listener.ended(result)
    }
    if (ended.length > 0) this.#apply(member, { type: 'ended', executions: ended.map(({ execution }) => execution) })
    for (const { execution, atMs } of started) {
      member.began(execution, nowMs)
      this.#apply(member, { type: 'began', execution })
      listener.began(execution, atMs)
    }
    if (ended.length > 0 && member.slot.state.phase === 'busy') listener.free()
  }

  #look(member: Member): void {
    if (member.process !== null) member.vitals = readVitals(member.process.pid) ?? member.vitals
  }

  #tick(): void {
    for (const member of [...this.#members, ...this.#spares]) this.#apply(member, { type: 'tick' })
  }
}
