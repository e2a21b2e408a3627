import { deferred } from '../../src/deferred.js'
import { RqdError, coerceError } from '../../src/errors.js'
import { readPauses } from '../../src/fleet/pauses.js'
import { Link } from '../../src/redis/link.js'
import type { Service } from '../../src/service.js'
import type { Commands } from '../../src/worker/commands.js'
import { newCounters } from '../../src/worker/counters.js'
import { Recoverer } from '../../src/maintenance/recoverer.js'
import { RqSweeper } from '../../src/maintenance/rq-sweeper.js'
import { Fetcher } from '../../src/worker/fetcher.js'
import { Heart } from '../../src/worker/heart.js'
import { reconcile } from '../../src/worker/reconciler.js'
import { Settler } from '../../src/worker/settler.js'
import { Starter } from '../../src/worker/starter.js'
import { Wakeup } from '../../src/worker/wakeup.js'
import type {
  DaemonState,
  DrainProgress,
  DrainReply,
  LogPart,
  Operations,
  ReloadReply,
  RestartReply,
  RolloutProgress,
  ScaleReply,
  Status,
} from '../control/operations.js'
import { JobEvents } from '../events/job-events.js'
import { Changes } from './changes.js'
import { slotPolicyFor } from './slot-policy.js'
import { drain } from './drain.js'
import { Handout } from './handout.js'
import { IdleWatch } from './idle-watch.js'
import { JobBoard } from './job-board.js'
import { JobOutputs } from './job-outputs.js'
import { JobBudget } from './job-budget.js'
import { obeyCommands } from './obey.js'
import { OomWatch } from './oom-watch.js'
import { Pool } from './pool.js'
import { Presence } from './presence.js'
import { countWaiting, takePulse, type Pulse } from './pulse.js'
import { readLog } from './read-log.js'
import { saveRunningMeta } from './save-meta.js'
import { checkServed, executorStatus, noPauses, queueStatus } from './status.js'
import type { SlotView } from './slot-view.js'
import { StopBudget } from './stop-budget.js'
import { StoppedCalls } from './stopped-calls.js'
import { succeedDeadNeighbours } from './succession.js'
import type { SupervisorOptions } from './supervisor-options.js'

/** How long results may wait for Redis when the daemon stops. */
const SETTLE_LIMIT_MS = 10_000

/** Most jobs that a claim brings which is sent ahead: were we frozen then, they would wait until our lease is over. */
const MAX_ARMED_JOBS = 8

/**
 * The parent: reads queues, keeps executors busy, writes what became of each job, and answers for all of it.
 *
 * starting → running ⇄ draining/drained → stopping → stopped. `done` resolves when the daemon ends of itself: after
 * `shutdown`, or in burst mode when nothing is left to do.
 *
 * Longer than other files, because all parts of the daemon are wired to each other here and nowhere else.
 */
export class Supervisor implements Service, Operations {
  readonly #options: SupervisorOptions
  readonly #counters = newCounters()
  readonly #presence: Presence
  readonly #outputs = new JobOutputs()
  readonly #pool: Pool
  readonly #board: JobBoard
  readonly #stoppedCalls: StoppedCalls
  readonly #handout: Handout
  readonly #settler: Settler
  readonly #fetcher: Fetcher
  readonly #heart: Heart
  readonly #recoverer: Recoverer
  readonly #sweeper: RqSweeper
  readonly #link: Link
  readonly #wakeup: Wakeup
  readonly #commands: Commands
  readonly #changes: Changes
  readonly #budget: JobBudget
  readonly #idleWatch: IdleWatch
  readonly #stopBudget: StopBudget
  readonly #startedMonoMs: number
  readonly #done = deferred()
  #phase: 'starting' | 'running' | 'draining' | 'drained' | 'stopping' = 'starting'
  #registering: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(options: SupervisorOptions) {
    const { store, clock, logger, random, queues, events } = options
    const jobEvents = new JobEvents(events, clock)
    const counters = this.#counters
    const supervisorId = (): string => this.#presence.supervisorId
    const leaseLost = (): Promise<void> => this.#leaseLost()
    const recovered = (jobs: number): void => {
      counters.recovered += jobs
      if (jobs > 0) events.publish('job.recovered', { count: jobs })
    }
    this.#options = options
    this.#startedMonoMs = clock.monoMs()
    this.#presence = new Presence(options)
    this.#settler = new Settler({
      store,
      clock,
      logger,
      counters,
      onBatch: (endings) => options.meter?.settled(endings),
    })
    this.#pool = new Pool({
      workers: this.#presence.workers,
      spares: options.spares,
      taskPaths: options.taskPaths,
      preload: options.preload,
      custom: options.custom,
      statsIntervalMs: 1_000,
      policy: { ...slotPolicyFor(options.custom), concurrency: options.concurrency },
      recycle: options.recycle,
      spawn: options.spawn,
      oomWatch: new OomWatch(),
      clock,
      random,
      logger,
      events,
      output: options.output,
      listener: {
        began: (execution, atMs) => this.#board.began(execution, atMs),
        callingBack: (...call) => this.#board.callingBack(...call),
        printed: (...piece) => this.#board.printed(...piece),
        ended: (result) => {
          if (!this.#stoppedCalls.ended(result)) this.#board.ended(result)
        },
        lost: (execution, death) => {
          if (!this.#stoppedCalls.lost(execution, death)) this.#board.lost(execution, death)
        },
        returned: (executions) => {
          this.#stoppedCalls.returned(executions)
          this.#handout.returned(executions)
        },
        meta: (execution, meta) => saveRunningMeta(store, this.#board, execution, meta),
        free: () => {
          this.#stoppedCalls.dispatch()
          this.#handout.look()
        },
      },
    })
    this.#budget = new JobBudget(options.maxJobs, () => this.#end('that was the last of its jobs (max-jobs)'))
    const policy = {
      resultTtlSec: options.resultTtlSec,
      maxDeaths: options.maxDeaths,
      storesFailures: options.storesFailures ?? true,
    }
    this.#board = new JobBoard({
      clock,
      logger,
      jobLog: options.jobLog,
      events: jobEvents,
      meter: options.meter,
      counters,
      settler: this.#settler,
      starter: new Starter({ store, logger, onLost: (execution) => this.#board.claimLost(execution) }),
      outputs: this.#outputs,
      policy,
      report: options.report,
      assign: (job, estimateMs) => this.#pool.assign(job, estimateMs),
      send: () => this.#pool.send(),
      over: () => this.#budget.over(),
      onStopped: (job) => this.#stoppedCalls.add(job),
      kill: (execution) => this.#pool.interrupt(execution, 'shutdown', true),
    })
    this.#stoppedCalls = new StoppedCalls({
      store,
      random,
      logger,
      assign: (job) => this.#pool.assign(job),
      send: () => this.#pool.send(),
    })
    this.#handout = new Handout({
      board: this.#board,
      pool: this.#pool,
      isOpen: (queue) => this.#phase === 'running' && this.#fetcher.isOpen(queue),
      onRoom: () => this.#onRoom(),
    })
    this.#fetcher = new Fetcher({
      store,
      queues,
      order: options.order,
      clock,
      random,
      logger,
      supervisorId,
      capacity: (coming) => Math.min(this.#handout.capacity(coming), this.#budget.left(this.#held + coming)),
      accept: (claims, holder) => {
        options.meter?.claimed(claims.length)
        this.#handout.accept(claims, holder)
      },
      // What is sent ahead over several connections cannot be counted beforehand.
      armLimit: () =>
        options.burst || this.#budget.isLimited ? 0 : Math.min(MAX_ARMED_JOBS, this.#pool.size * options.concurrency),
      isArmed: (ticket) => this.#wakeup.isArmed(ticket),
      idle: (empty) => this.#idle(empty),
      pausedEverywhere: () => void this.#handout.takeBack(),
      reconcile: () => this.#reconcile(),
      leaseLost,
    })
    this.#heart = new Heart({
      store,
      clock,
      logger,
      queues,
      leaseMs: options.leaseMs,
      supervisorId,
      members: () => this.#presence.members(this.#shown(), this.#board.running, this.#fetcher.suspended),
      leaseLost,
      claimLost: (execution) => this.#board.claimLost(execution),
      counted: (claims) => this.#compare(claims),
    })
    this.#recoverer = new Recoverer({
      store,
      clock,
      random,
      logger,
      intervalMs: Math.min(1_000, options.leaseMs / 4),
      ownId: supervisorId,
      onRecovered: recovered,
    })
    this.#sweeper = new RqSweeper({
      redis: store.redis,
      keys: store.keys,
      compat: store.compat,
      queues,
      clock,
      random,
      logger,
      onRecovered: recovered,
    })
    this.#link = new Link({
      redis: store.redis,
      clock,
      logger,
      onLost: () => {
        events.publish('redis.lost')
        this.#wakeup.reconnect()
        this.#commands.reconnect()
      },
      onFound: () => {
        events.publish('redis.found')
        void this.#heart.beat()
        this.#fetcher.doubt()
      },
    })
    this.#wakeup = new Wakeup(store.keys, options.connect, {
      wake: () => this.#fetcher.wake(),
      arm: () => this.#fetcher.arm(),
      claimed: (reply, call) => this.#fetcher.claimed(reply, call),
      unsure: () => this.#fetcher.doubt(),
    })
    this.#idleWatch = new IdleWatch({
      clock,
      limitMs: options.maxIdleMs,
      isIdle: () => this.state === 'running' && this.#link.connected && this.#held + this.#settler.pending === 0,
      jobsSoFar: () => counters.claimed,
      onLimit: () => this.#end('it has had nothing to do for so long (max-idle-time)'),
    })
    this.#stopBudget = new StopBudget(clock, options.stopTimeoutMs ?? Infinity, () => {
      logger.warn('the time to stop is over: running jobs go back to their queues', { jobs: this.#board.running.size })
      void this.stop(true)
    })
    this.#commands = obeyCommands(options, this.#presence.workers, this.#board, this.#pool, this)
    this.#changes = new Changes({
      pool: this.#pool,
      presence: this.#presence,
      commands: this.#commands,
      prepareReload: options.prepareReload,
      onSettlePolicy: (changed) => Object.assign(policy, changed),
      settled: () => this.#settler.drain(SETTLE_LIMIT_MS),
      unfit: () => (this.#phase === 'starting' || this.#phase === 'stopping' ? this.#phase : undefined),
      clock,
      logger,
    })
  }

  /** Resolves when the daemon has nothing more to do and should stop. */
  get done(): Promise<void> {
    return this.#done.promise
  }

  /**
   * Warm the executors, register, read queues. If it throws, `stop` is still due.
   * @throws RqdError RQD_NAME_TAKEN, RQD_EXECUTOR, RQD_REDIS
   */
  async start(): Promise<void> {
    const { store, identity, logger } = this.#options
    if (this.#phase === 'stopping') throw new RqdError('RQD_EXECUTOR', 'the daemon was stopped before it started')
    // In parallel with all that Redis is asked first. Where that fails, whoever called stops the pool.
    const warm = this.#pool.start()
    warm.catch(() => undefined)
    await succeedDeadNeighbours(store, this.#recoverer, identity, logger)
    await this.#presence.register()
    if (this.#stopped !== undefined) await this.#presence.deregister()
    await this.#link.start()
    await this.#heart.start()
    await this.#recoverer.start()
    await this.#sweeper.start()
    await this.#commands.start()
    await warm
    this.#setPhase('running')
    await this.#heart.beat()
    await this.#fetcher.start()
    this.#idleWatch.start()
  }

  /** Stop well: running jobs end first. Called again with `now`, end them at once and hand them back. */
  stop(now = false): Promise<void> {
    if (now && this.#stopped !== undefined) {
      void this.#pool.stop(true)
      this.#stoppedCalls.end()
    }
    this.#stopped ??= this.#stop(now)
    return this.#stopped
  }

  get state(): DaemonState {
    if (this.#phase !== 'running') return this.#phase
    if (this.#fetcher.suspended) return 'suspended'
    return this.#options.queues.some((queue) => this.#fetcher.isOpen(queue)) ? 'running' : 'paused'
  }

  /** Queues from which no job is begun now. */
  get pausedQueues(): readonly string[] {
    return this.#paused()
  }

  /** How many executors run jobs now. */
  get busyExecutors(): number {
    return this.#pool.busy
  }

  /** What shows that its parts are alive, for a service manager. */
  pulse(): Pulse {
    return takePulse({
      state: this.state,
      slots: this.#pool.view(),
      running: this.#board.running.size,
      link: this.#link,
      fetcher: this.#fetcher,
      stopLeftMs: this.#stopBudget.leftMs,
    })
  }

  /** Make the fetch loop turn, whatever it waits for. */
  nudge(): void {
    this.#fetcher.wake()
  }

  /** Jobs on the queues that are served; null if Redis does not tell. */
  countWaiting(): Promise<number | null> {
    return countWaiting(this.#options.store, this.#options.queues)
  }

  async status(): Promise<Status> {
    const { clock, store, queues } = this.#options
    const slots = [...this.#pool.view(), ...this.#pool.leaving()]
    const summaries = this.#link.connected ? await store.queueSummaries(queues).catch(() => undefined) : undefined
    const pauses = summaries === undefined ? noPauses : await readPauses(store.redis, store.keys).catch(() => noPauses)
    const nowMs = clock.epochMs()
    const nowMonoMs = clock.monoMs()
    return {
      state: this.state,
      pid: this.#options.identity.pid,
      name: this.#options.name,
      version: this.#options.version,
      uptimeSec: Math.round(nowMonoMs - this.#startedMonoMs) / 1000,
      redis: {
        url: this.#options.redisUrl,
        connected: this.#link.connected,
        roundTripMs: this.#link.roundTripMs,
      },
      executors: await Promise.all(slots.map((slot) => executorStatus(slot, this.#board.running, nowMonoMs))),
      queues: queues.map((queue, i) => {
        const paused = { here: this.#fetcher.isPaused(queue), everywhere: pauses.all || pauses.queues.includes(queue) }
        return queueStatus(queue, paused, summaries?.[i], nowMs)
      }),
      counters: { ...this.#counters },
    }
  }

  async pause(queues: readonly string[]): Promise<{ paused: string[] }> {
    checkServed(this.#options.queues, queues)
    this.#fetcher.pause(queues)
    await this.#fetcher.disarm()
    await this.#handout.takeBack()
    const paused = this.#paused()
    this.#options.events.publish('queue.paused', { queues: paused })
    return { paused }
  }

  resume(queues: readonly string[]): Promise<{ paused: string[] }> {
    return new Promise((resolve) => {
      checkServed(this.#options.queues, queues)
      if (this.#phase === 'draining' || this.#phase === 'drained') this.#setPhase('running')
      this.#fetcher.resume(queues)
      const paused = this.#paused()
      this.#options.events.publish('queue.resumed', { queues: paused })
      resolve({ paused })
    })
  }

  async drain(timeoutSec: number | null, onProgress: (progress: DrainProgress) => void): Promise<DrainReply> {
    if (this.#phase === 'running' || this.#phase === 'drained') this.#setPhase('draining')
    this.#fetcher.pause([])
    await this.#fetcher.disarm()
    await this.#handout.takeBack()
    const reply = await drain({
      clock: this.#options.clock,
      timeoutSec,
      onProgress,
      running: () => [...this.#board.running.keys()],
      isDraining: () => this.#phase === 'draining' || this.#phase === 'stopping',
      interrupt: (execution) => this.#pool.interrupt(execution, 'shutdown', true),
    })
    await this.#settler.drain(SETTLE_LIMIT_MS)
    if (this.#phase === 'draining') this.#setPhase('drained')
    return reply
  }

  scale(executors: number, wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ScaleReply> {
    return this.#changes.scale(executors, wait, onProgress)
  }

  /** One more executor, or one less; never none. */
  scaleBy(difference: 1 | -1): Promise<ScaleReply> {
    return this.#changes.scaleBy(difference)
  }

  restartExecutors(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<RestartReply> {
    return this.#changes.restart(wait, onProgress)
  }

  async reload(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ReloadReply> {
    const { events } = this.#options
    try {
      const reply = await this.#changes.reload(wait, onProgress)
      events.publish('config.reloaded', { changed: reply.changed, needRestart: reply.needRestart })
      return reply
    } catch (thrown) {
      events.publish('config.refused', { error: coerceError(thrown).message })
      throw thrown
    }
  }

  logs(jobId: string, from: number, waitSec: number): Promise<LogPart> {
    return readLog(this.#outputs, this.#board.running, { jobId, from, waitMs: waitSec * 1000 })
  }

  shutdown(now: boolean): Promise<{ running: number }> {
    const running = this.#board.running.size
    // The answer goes out before the socket closes.
    setImmediate(() => {
      this.#done.resolve()
      void this.stop(now)
    })
    return Promise.resolve({ running })
  }

  async #stop(now: boolean): Promise<void> {
    const { logger } = this.#options
    this.#setPhase('stopping')
    this.#changes.stop()
    this.#done.resolve()
    this.#idleWatch.stop()
    await this.#fetcher.stop()
    this.#wakeup.close()
    // Answers to claims sent ahead may have been on their way.
    await this.#reconcile().catch(() => undefined)
    if (!now) {
      this.#stopBudget.begin()
      await this.#handout.takeBack()
      await this.#stoppedCalls.handedOut(SETTLE_LIMIT_MS)
    }
    await this.#pool.stop(now)
    this.#stopBudget.end()
    this.#stoppedCalls.end()
    this.#handout.handBackClosed()
    const unsettled = await this.#settler.drain(SETTLE_LIMIT_MS)
    await this.#commands.stop()
    await this.#heart.stop()
    await this.#recoverer.stop()
    await this.#sweeper.stop()
    await this.#link.stop()
    if (unsettled > 0) logger.error('stopped before Redis took all results; their jobs will run again', { unsettled })
    await this.#presence.deregister()
    this.#options.jobLog.flush()
  }

  /** Jobs that are here and not over: with executors, or waiting for one. */
  get #held(): number {
    return this.#board.waiting + this.#board.running.size
  }

  /** Nothing more is to be done: whoever waits for `done` stops the daemon. */
  #end(reason: string): void {
    this.#options.logger.info('the daemon ends', { reason })
    this.#done.resolve()
  }

  /** The slots whose workers are alive: those that serve, and those that were given up and end their jobs. */
  #shown(): SlotView[] {
    return [...this.#pool.view(), ...this.#pool.retiring()]
  }

  /** Claim more if there is room. */
  #onRoom(): void {
    if (this.#options.burst) this.#fetcher.wake()
    else if (this.#handout.capacity(0) > 0) this.#fetcher.grown()
  }

  #idle(empty: readonly string[]): boolean {
    if (!this.#options.burst) return this.#wakeup.watch(empty)
    if (this.#board.running.size + this.#stoppedCalls.pending > 0) return true
    if (this.#settler.pending > 0) {
      // A retry may come back to a queue.
      void this.#settler.drain(SETTLE_LIMIT_MS).then(() => this.#fetcher.wake())
      return true
    }
    this.#done.resolve()
    return true
  }

  async #reconcile(): Promise<void> {
    const { store, clock, logger } = this.#options
    const holds = (execution: string): boolean =>
      this.#board.holds(execution) || this.#settler.holds(execution) || this.#wakeup.mayBring(execution)
    this.#counters.handedBack += await reconcile(store, this.#presence.supervisorId, holds, clock, logger)
  }

  /** More claims in Redis than jobs here: the answer to a claim was lost, or is on its way. */
  #compare(claims: number): void {
    if (claims > this.#held + this.#settler.pending) this.#fetcher.doubt()
  }

  /** Somebody took our lease for run out: our jobs are theirs. End ours, and begin anew under another id. */
  #leaseLost(): Promise<void> {
    this.#registering ??= (async () => {
      this.#options.logger.error('the lease was lost: jobs held here are ended, others have taken them over', {
        held: this.#board.running.size,
      })
      this.#board.leaseLost()
      await this.#presence.renew()
    })().finally(() => {
      this.#registering = undefined
    })
    return this.#registering
  }

  #setPhase(phase: Supervisor['state'] & ('starting' | 'running' | 'draining' | 'drained' | 'stopping')): void {
    if (this.#phase === 'stopping' || this.#phase === phase) return
    this.#options.logger.info(`daemon ${phase}`, { was: this.#phase })
    this.#options.events.publish('daemon.state', { state: phase, was: this.#phase })
    this.#phase = phase
  }

  #paused(): string[] {
    return this.#options.queues.filter((queue) => this.#fetcher.isPaused(queue))
  }
}
