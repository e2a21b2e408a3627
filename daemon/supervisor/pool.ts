import { setTimeout as delay } from 'node:timers/promises'
import { deferred } from '../../src/deferred.js'
import { RqdError, coerceError, hasCode } from '../../src/errors.js'
import { tellEnd, tellStart } from '../events/executor-events.js'
import { PROTOCOL_VERSION, type AbortReason, type FromExecutor, type RunJob } from '../ipc/messages.js'
import { Alarm } from './alarm.js'
import { heldBy, newSlot, nextTickMs, step, type SlotAction, type SlotEvent } from './children.js'
import { drawLifetime, type Lifetime, type RecycleReason } from './lifetime.js'
import { leastBusy, leastLoaded, Member } from './member.js'
import { mergeProgress } from './merge-progress.js'
import { MetaAnswers } from './meta-answers.js'
import type { PoolOptions, PoolSettings } from './pool-options.js'
import { viewOf, type SlotView } from './slot-view.js'
import type { ExecutorProcess, Exit } from './spawn.js'
import { runHasEnded } from './save-meta.js'
import { cannotStart, tellCrashLoop, troubleOf } from './trouble.js'
import { readVitals } from './vitals.js'

/** How often each executor's use of memory and CPU is looked at, from outside: a busy loop tells nothing itself. */
const LOOK_MS = 250

/** Where memory decides how long an executor lives, it is also looked at between jobs, but no more often than this. */
const WEIGH_MS = 25

/** A daemon whose executors die so many times in a row before it is ready does not start. */
const START_FAILURES = 5

/** Where so many in a row die while all are replaced, the others stay. */
const ROLLOUT_FAILURES = 3

/** Most characters of what a failing executor says that are told on. */
const MAX_LAST_WORDS = 2_000

/** How long an executor may take to say which jobs it has not begun, before nobody waits for it any more. */
const TAKE_BACK_LIMIT_MS = 2_000

/**
 * Performs what children.ts decides: starts executors, hands them jobs, ends them. Short jobs are handed over some
 * milliseconds ahead, so that an executor never waits for its next one.
 *
 * Longer than other files, because each action and each message changes the same members: what can be decided apart from
 * them is in the files beside this one.
 */
export class Pool {
  readonly #options: PoolOptions
  readonly #members: Member[]
  readonly #spares: Member[] = []
  /** Recycled executors that end their jobs, while others have their slots already. */
  readonly #leaving = new Set<Member>()
  /** To whom an executor belongs now: a spare that takes over changes hands. */
  readonly #owners = new Map<ExecutorProcess, Member>()
  readonly #ready = deferred()
  readonly #alarm: Alarm
  #settings: PoolSettings
  /** How often the settings have changed: executors that were started with older ones are to be replaced. */
  #generation = 0
  readonly #metaAnswers = new MetaAnswers()
  #lookTimer: NodeJS.Timeout | undefined
  #stopping = false

  constructor(options: PoolOptions) {
    this.#options = options
    this.#settings = options
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
    this.#lookTimer = setInterval(() => this.#lookAtAll(), LOOK_MS)
    await this.#ready.promise
    // Only now: a spare must not delay what it is there to speed up.
    this.keepSpares()
  }

  /** Have as many spares as are wanted, and at least so many. */
  keepSpares(atLeast = 0): void {
    if (this.#stopping) return
    const { spares, recycle } = this.#settings
    const wanted = Math.max(atLeast, spares, recycle.fresh ? this.#members.length : 0)
    while (this.#spares.length < wanted) this.#spares.push(this.#newMember('spare', true))
    for (const spare of this.#spares.splice(wanted)) this.#dismiss(spare)
    this.#tick()
  }

  /** From now on, executors are started with these settings. Spares are replaced at once, others by `succeed`. */
  renew(settings: PoolSettings): void {
    if (this.#stopping) return
    this.#settings = settings
    this.#generation += 1
    for (const spare of this.#spares.splice(0)) this.#dismiss(spare)
    this.keepSpares(1)
  }

  /** What executors are started with. */
  get settings(): PoolSettings {
    return this.#settings
  }

  /** How many slots have an executor that was started with older settings. */
  get outdated(): number {
    return this.#members.filter(({ generation }) => generation < this.#generation).length
  }

  /** Executors that were started with older settings, serve no slot any more, and still end their jobs. */
  get ending(): SlotView[] {
    const old = [...this.#leaving].filter(({ isSpare, generation }) => !isSpare && generation < this.#generation)
    return old.map((member) => viewOf(member, this.#settings.policy.fatalFailures))
  }

  /** How many slots there are. */
  get size(): number {
    return this.#members.length
  }

  /**
   * Let a warm spare serve a slot whose executor is outdated: that one takes nothing more, and ends after its jobs.
   * @returns false if no spare is warm
   */
  succeed(): boolean {
    const old = this.#members.find(({ generation }) => generation < this.#generation)
    if (old === undefined || this.#stopping || this.warmSpares === 0) return false
    this.#replace(old, 'restart')
    return true
  }

  /** Why the executors of these slots (left out: the spares) do not get warm, once several have died in a row. */
  trouble(workers?: readonly string[]): string | undefined {
    const asked = workers === undefined ? this.#spares : this.#members.filter(({ worker }) => workers.includes(worker))
    const failed = asked.find(({ slot }) => slot.failures >= ROLLOUT_FAILURES)
    return failed === undefined ? undefined : (failed.trouble ?? 'it says nothing')
  }

  /** Add slots, which begin to serve when their executors are warm. */
  grow(workers: readonly string[]): void {
    if (this.#stopping) return
    for (const worker of workers) this.#members.push(this.#newMember(worker, false))
    this.keepSpares()
  }

  /**
   * Give up slots, of `among` if that is given, the least busy and last ones first: each ends after its jobs.
   * @returns their workers
   */
  shrink(count: number, among?: readonly string[]): string[] {
    const chosen = leastBusy(this.#members, count, among)
    for (const member of chosen) {
      this.#members.splice(this.#members.indexOf(member), 1)
      this.#dismiss(member)
    }
    this.keepSpares()
    return chosen.map(({ worker }) => worker)
  }

  /** Slots that were given up and still end their jobs. */
  retiring(): SlotView[] {
    return this.leaving().filter(({ worker }) => this.#members.every((member) => member.worker !== worker))
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

  /** How many executors run jobs. */
  get busy(): number {
    return [...this.#members, ...this.#leaving].filter(({ heldCount }) => heldCount > 0).length
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
    const event = { type: 'interrupt', execution, reason, force } as const
    for (const member of [...this.#members, ...this.#leaving]) this.#apply(member, event)
  }

  /** Kill the executor that serves a worker's slot, if it runs a job: that ends as one whose executor died. */
  kill(worker: string): void {
    for (const member of [...this.#members, ...this.#leaving]) {
      if (member.worker !== worker || heldBy(member.slot).running.length === 0) continue
      this.#look(member)
      member.process?.signal('SIGKILL')
    }
  }

  /**
   * Take back all jobs that are not begun: the listener hears of them. Resolves when that is done, or an executor has
   * not answered for so long that it must be frozen; then its jobs come back when it answers or ends.
   */
  async takeBack(): Promise<void> {
    const bound = new AbortController()
    const limit = delay(TAKE_BACK_LIMIT_MS, undefined, { signal: bound.signal }).catch(() => undefined)
    const all = [...this.#members, ...this.#leaving]
    await Promise.race([Promise.all(all.map((member) => member.takeBack())), limit])
    bound.abort()
  }

  /** Let running jobs end, then end the executors; with `force`, kill them all now. Resolves when all have ended. */
  async stop(force: boolean): Promise<void> {
    this.#stopping = true
    this.#ready.reject(new RqdError('RQD_EXECUTOR', 'the pool was stopped before its executors were ready'))
    const all = [...this.#members, ...this.#spares, ...this.#leaving]
    for (const member of all) this.#apply(member, { type: 'close', force })
    await Promise.all(all.map(({ closed }) => closed.promise))
    this.#alarm.stop()
    clearInterval(this.#lookTimer)
  }

  /** The slots, in their order. */
  view(): SlotView[] {
    return this.#members.map((member) => viewOf(member, this.#settings.policy.fatalFailures))
  }

  /** Recycled executors that still end their jobs. */
  leaving(): SlotView[] {
    const serving = [...this.#leaving].filter(({ isSpare }) => !isSpare)
    return serving.map((member) => viewOf(member, this.#settings.policy.fatalFailures))
  }

  #newMember(worker: string, isSpare: boolean): Member {
    return new Member(worker, isSpare, this.#settings.policy.concurrency, this.#options.aheadMs)
  }

  /** Let a member end after its jobs. Nobody has it in a list of those who serve. */
  #dismiss(member: Member): void {
    this.#leaving.add(member)
    this.#apply(member, { type: 'close', force: false })
  }

  #apply(member: Member, event: SlotEvent, exit?: Exit): void {
    const before = member.slot.state.phase
    const [slot, actions] = step(member.slot, event, this.#options.clock.monoMs(), this.#settings.policy)
    member.slot = slot
    for (const action of actions) this.#perform(member, action, exit)
    const { phase } = member.slot.state
    if (phase === 'closed') this.#gone(member)
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
        member.process?.channel.send({ type: 'exit', why: member.recycling === null ? 'stopping' : 'recycling' })
        return
      case 'signal':
        // The last moment at which the system tells.
        this.#look(member)
        if (member.slot.state.phase === 'starting') member.lastWords ??= 'it was not ready in time'
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
        tellCrashLoop(logger, member, action, exit)
        if (action.failures >= START_FAILURES) this.#ready.reject(cannotStart(action.failures, member))
        return
      case 'recovered':
        logger.info('an executor works again', { worker: member.worker, failures: action.failures })
    }
  }

  #gone(member: Member): void {
    member.closed.resolve()
    if (!this.#leaving.delete(member)) return
    for (const each of [...this.#members, ...this.#leaving]) if (each.before === member) each.before = member.before
  }

  /** Replace the executor of a slot if it has reached a limit of its life. */
  #recycleIfDue(member: Member): void {
    if (this.#stopping || member.recycling !== null) return
    const reason = member.reachedLimit(this.#options.clock.monoMs())
    if (reason === null) return
    // These limits are no exact ones: a spare is about to be warm.
    const canWait = reason === 'rss' || reason === 'age'
    if (canWait && this.#settings.spares > 0 && this.warmSpares === 0) return
    this.#replace(member, reason)
  }

  /** Give a slot another executor. The present one ends after its jobs. */
  #replace(member: Member, reason: RecycleReason): void {
    const { worker, tally, served, vitals } = member
    const level = reason === 'fresh' ? 'debug' : 'info'
    this.#options.logger[level]('an executor is recycled', {
      worker,
      reason,
      pid: member.process?.pid,
      jobs: served,
      rssBytes: vitals?.rssBytes,
    })
    this.#options.events.publish('executor.recycled', { worker, pid: member.process?.pid, reason })
    tally.recycled[reason] += 1
    const successor = new Member(worker, false, this.#settings.policy.concurrency, this.#options.aheadMs, tally)
    successor.before = member
    member.recycling = reason
    this.#members[this.#members.indexOf(member)] = successor
    // What it has not begun comes back, what it runs ends there.
    this.#dismiss(member)
    this.#tick()
  }

  #newLife(): Lifetime {
    const { random, clock } = this.#options
    return drawLifetime(this.#settings.recycle, () => random.unit(), clock.monoMs())
  }

  /** Let a warm spare take over a slot; another one is forked in its stead. @returns false if there is none. */
  #adoptSpare(member: Member): boolean {
    const spare = member.isSpare ? undefined : this.#spares.find(({ slot }) => slot.state.phase === 'idle')
    const executor = spare?.process
    if (spare === undefined || executor === undefined || executor === null) return false
    member.serve(executor, spare.answers, this.#newLife())
    spare.serve(null)
    spare.slot = newSlot
    member.generation = spare.generation
    member.vitals = spare.vitals
    member.heardMonoMs = spare.heardMonoMs
    this.#owners.set(executor, member)
    executor.channel.send({ type: 'serve', worker: member.worker })
    this.#apply(member, { type: 'ready' })
    return true
  }

  #spawn(member: Member): void {
    const { logger, output, listener } = this.#options
    const { spawn, policy, custom, taskPaths, preload } = this.#settings
    let executor: ExecutorProcess
    member.generation = this.#generation
    try {
      executor = spawn()
    } catch (thrown) {
      member.trouble = coerceError(thrown).message
      logger.error('an executor could not be started', { worker: member.worker, error: member.trouble })
      setImmediate(() => this.#apply(member, { type: 'died', jitter: this.#options.random.unit() }))
      return
    }
    member.serve(executor, false, member.isSpare ? undefined : this.#newLife())
    member.vitals = null
    this.#owners.set(executor, member)
    for (const stream of ['stdout', 'stderr'] as const) {
      executor[stream].on('data', (chunk: Buffer) => {
        const owner = this.#owners.get(executor)
        owner?.printed(chunk)
        // Native code or a child process: whose it is can be told where only one job runs.
        const running = owner === undefined ? [] : heldBy(owner.slot).running
        if (running.length === 1 && running[0] !== undefined) listener.printed(running[0].execution, chunk, stream)
        output(chunk, stream)
      })
    }
    executor.channel.onMessages((messages) => {
      const owner = this.#owners.get(executor)
      if (owner === undefined) return
      owner.heardMonoMs = this.#options.clock.monoMs()
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
        const owner = this.#owners.get(executor)
        if (owner !== undefined) {
          owner.breach = error?.message ?? null
          owner.lastWords ??= owner.breach
        }
      }
      // Without its channel an executor is of no use: its death follows and is handled there.
      executor.signal('SIGKILL')
    })
    const { prefix } = this.#options
    executor.channel.send({
      type: 'hello',
      protocol: PROTOCOL_VERSION,
      worker: member.worker,
      taskPaths: [...taskPaths],
      preload: [...preload],
      statsIntervalMs: this.#options.statsIntervalMs,
      concurrency: policy.concurrency,
      ...(prefix === undefined ? {} : { prefix }),
      ...(custom === undefined ? {} : { custom }),
    })
    void executor.ended.then((exit) => {
      executor.channel.close()
      logger.debug('executor ended', { pid: executor.pid, exitCode: exit.code, signal: exit.signal })
      const owner = this.#owners.get(executor)
      tellEnd(this.#options.events, owner, executor, exit)
      this.#owners.delete(executor)
      if (owner === undefined) return
      owner.trouble = owner.lastWords ?? troubleOf(exit, owner.lastLine)
      this.#apply(owner, { type: 'died', jitter: this.#options.random.unit() }, exit)
      if (owner.process === executor) owner.serve(null)
      listener.free()
    })
    logger.debug('executor started', { worker: member.worker, pid: executor.pid })
    tellStart(this.#options.events, member, executor)
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
        member.lastWords = message.message.slice(0, MAX_LAST_WORDS)
        logger.error('an executor cannot work', { worker: member.worker, pid: executor.pid, error: member.lastWords })
        this.#ready.reject(new RqdError('RQD_EXECUTOR', member.lastWords))
        return
      case 'progress':
        this.#progress(member, message)
        return
      case 'callback': {
        const { execution, timeoutSec, traceback, step: name } = message
        if (!member.has(execution)) return
        this.#apply(member, { type: 'callback', execution, limitMs: timeoutSec > 0 ? timeoutSec * 1000 : null })
        listener.callingBack(execution, timeoutSec, traceback, name)
        return
      }
      case 'leaving':
        this.#apply(member, { type: 'leaving' })
        return
      case 'returned':
        this.#apply(member, { type: 'returned', executions: message.executions })
        return
      case 'meta':
        void this.#metaAnswers.answer(executor, message, async (execution, meta) =>
          member.has(execution) ? listener.meta(execution, meta) : runHasEnded,
        )
        return
      case 'output':
        member.printed(message.bytes, message.execution)
        if (member.has(message.execution)) listener.printed(message.execution, message.bytes, message.stream)
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
      member.ended(result.execution, nowMs)
      listener.ended(result)
    }
    if (ended.length > 0) this.#apply(member, { type: 'ended', executions: ended.map(({ execution }) => execution) })
    for (const { execution, atMs } of started) {
      member.began(execution, nowMs)
      this.#apply(member, { type: 'began', execution })
      listener.began(execution, atMs)
    }
    if (ended.length === 0) return
    if (member.isWeighed && nowMs - member.lookedMonoMs >= WEIGH_MS) this.#look(member)
    this.#recycleIfDue(member)
    const { phase } = member.slot.state
    if (phase === 'busy' || phase === 'closing') listener.free()
  }

  #lookAtAll(): void {
    for (const member of [...this.#members, ...this.#leaving]) this.#look(member)
    for (const member of [...this.#members]) this.#recycleIfDue(member)
  }

  #look(member: Member): void {
    if (member.process === null) return
    member.lookedMonoMs = this.#options.clock.monoMs()
    member.vitals = readVitals(member.process.pid) ?? member.vitals
  }

  #tick(): void {
    const all = [...this.#members, ...this.#spares, ...this.#leaving]
    for (const member of all) this.#apply(member, { type: 'tick' })
  }
}
