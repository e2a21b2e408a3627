import { memoryUsage } from 'node:process'
import { Link } from '../../src/redis/link.js'
import type { DaemonSummary } from '../../src/fleet/daemon-summary.js'
import type { Commands } from '../../src/worker/commands.js'
import { newCounters } from '../../src/worker/counters.js'
import { Recoverer } from '../../src/maintenance/recoverer.js'
import { RqSweeper } from '../../src/maintenance/rq-sweeper.js'
import { BurstEnd } from '../../src/worker/burst-end.js'
import { Fetcher } from '../../src/worker/fetcher.js'
import { Heart } from '../../src/worker/heart.js'
import { reconcile } from '../../src/worker/reconciler.js'
import { Settler } from '../../src/worker/settler.js'
import { Starter } from '../../src/worker/starter.js'
import { Wakeup } from '../../src/worker/wakeup.js'
import type { DaemonState, Operations } from '../control/operations.js'
import { JobEvents } from '../events/job-events.js'
import { Changes, type Crew } from './changes.js'
import type { Demand, Executors } from './executors.js'
import { Handout } from './handout.js'
import { IdleWatch } from './idle-watch.js'
import { JobBoard } from './job-board.js'
import { JobOutputs } from './job-outputs.js'
import { JobBudget } from './job-budget.js'
import { obeyCommands } from './obey.js'
import { newPool } from './new-pool.js'
import { aheadMsAt } from './pace.js'
import { Pool } from './pool.js'
import type { PoolListener } from './pool-options.js'
import { Presence } from './presence.js'
import { saveRunningMeta } from './save-meta.js'
import type { SlotView } from './slot-view.js'
import { StopBudget } from './stop-budget.js'
import { StoppedCalls } from './stopped-calls.js'
import { summarize } from './summary.js'
import type { SupervisorOptions } from './supervisor-options.js'

/** How long results may wait for Redis when the daemon stops. */
export const SETTLE_LIMIT_MS = 10_000

/** Most jobs that a claim brings which is sent ahead: were we frozen then, they would wait until our lease is over. */
const MAX_ARMED_JOBS = 8

/** What a daemon does in its life, one after the other. */
export type Phase = 'starting' | 'running' | 'draining' | 'drained' | 'stopping'

/** What the parts need of the supervisor that they are parts of. */
export interface PartsOwner extends Pick<Operations, 'shutdown'> {
  phase(): Phase
  state(): DaemonState
  /** Nothing more is to be done; with the reason, where it is worth a log line. */
  end(reason?: string): void
  /** Somebody has taken our lease for run out: register anew. */
  leaseLost(): Promise<void>
  stop(now: boolean): Promise<void>
}

/**
 * All parts of a supervisor, wired to each other here and nowhere else. They do nothing until they are started.
 */
export class Parts {
  readonly counters = newCounters()
  readonly outputs = new JobOutputs()
  readonly presence: Presence
  readonly pool: Executors
  readonly board: JobBoard
  readonly stoppedCalls: StoppedCalls
  readonly handout: Handout
  readonly settler: Settler
  readonly fetcher: Fetcher
  readonly heart: Heart
  readonly recoverer: Recoverer
  readonly sweeper: RqSweeper
  readonly link: Link
  readonly wakeup: Wakeup
  readonly commands: Commands
  /** Of the executors; undefined where they are shared: then the daemon as a whole has them. */
  readonly changes: Changes | undefined
  /** What a change of the executors concerns. */
  readonly crew: Crew
  readonly budget: JobBudget
  readonly idleWatch: IdleWatch
  readonly stopBudget: StopBudget
  readonly #options: SupervisorOptions
  readonly #owner: PartsOwner
  /** Jobs that have ended or come back so far, and as many as there were when the fetcher was woken for that. */
  #ends = 0
  #wokenAfter = 0
  readonly #burstEnd: BurstEnd

  constructor(options: SupervisorOptions, owner: PartsOwner) {
    this.#options = options
    this.#owner = owner
    const { store, clock, logger, random, queues, events } = options
    const jobEvents = new JobEvents(events, clock)
    const { counters } = this
    const supervisorId = (): string => this.presence.supervisorId
    const leaseLost = (): Promise<void> => owner.leaseLost()
    const recovered = (jobs: number): void => {
      counters.recovered += jobs
      if (jobs > 0) events.publish('job.recovered', { count: jobs })
    }
    this.presence = new Presence(options)
    this.settler = new Settler({
      store,
      clock,
      logger,
      counters,
      replicas: options.replicas,
      onBatch: (endings) => options.meter?.settled(endings),
    })
    const listener: PoolListener = {
      began: (execution, atMs) => this.board.began(execution, atMs),
      callingBack: (...call) => this.board.callingBack(...call),
      printed: (...piece) => this.board.printed(...piece),
      ended: (result) => {
        this.#ends += 1
        if (!this.stoppedCalls.ended(result)) this.board.ended(result)
      },
      lost: (execution, death) => {
        this.#ends += 1
        if (!this.stoppedCalls.lost(execution, death)) this.board.lost(execution, death)
      },
      returned: (executions) => {
        this.#ends += 1
        this.stoppedCalls.returned(executions)
        this.handout.returned(executions)
      },
      meta: (execution, meta) => saveRunningMeta(store, this.board, execution, meta),
      free: () => {
        this.stoppedCalls.dispatch()
        this.handout.look()
      },
    }
    const demand = (): Demand => ({
      waiting: this.board.waiting,
      coming: this.fetcher.coming,
      isHungry: this.fetcher.isHungry,
      jobMs: this.board.anyJobMs,
      distanceMs: this.link.distanceMs,
    })
    const aheadMs = (): number => aheadMsAt(this.link.distanceMs)
    const executors =
      options.share?.join(listener, demand) ??
      newPool({ ...options, prefix: store.keys.prefix }, this.presence.workers, listener, aheadMs)
    this.pool = executors
    this.budget = new JobBudget(options.maxJobs, () => owner.end('that was the last of its jobs (max-jobs)'))
    const policy = {
      resultTtlSec: options.resultTtlSec,
      maxDeaths: options.maxDeaths,
      storesFailures: options.storesFailures ?? true,
    }
    this.board = new JobBoard({
      clock,
      logger,
      jobLog: options.jobLog,
      events: jobEvents,
      meter: options.meter,
      counters,
      settler: this.settler,
      starter: new Starter({ store, logger, onLost: (execution) => this.board.claimLost(execution) }),
      outputs: this.outputs,
      policy,
      report: options.report,
      assign: (job, estimateMs) => this.pool.assign(job, estimateMs),
      send: () => this.pool.send(),
      over: () => this.budget.over(),
      onStopped: (job) => this.stoppedCalls.add(job),
      kill: (execution) => this.pool.interrupt(execution, 'shutdown', true),
    })
    this.stoppedCalls = new StoppedCalls({
      store,
      random,
      logger,
      assign: (job) => this.pool.assign(job),
      send: () => this.pool.send(),
    })
    this.handout = new Handout({
      board: this.board,
      pool: this.pool,
      isOpen: (queue) => owner.phase() === 'running' && this.fetcher.isOpen(queue),
      onRoom: () => this.#onRoom(),
    })
    this.fetcher = new Fetcher({
      store,
      queues,
      order: options.order,
      clock,
      random,
      logger,
      supervisorId,
      capacity: (coming) => Math.min(this.handout.capacity(coming), this.budget.left(this.held + coming)),
      accept: (claims, holder) => {
        options.meter?.claimed(claims.length)
        this.handout.accept(claims, holder)
      },
      // What is sent ahead over several connections cannot be counted beforehand.
      armLimit: () =>
        options.burst || this.budget.isLimited
          ? 0
          : Math.min(
              MAX_ARMED_JOBS,
              Math.floor((this.pool.size * options.concurrency) / (options.share?.sharers ?? 1)),
            ),
      isArmed: (ticket) => this.wakeup.isArmed(ticket),
      idle: (empty) => this.#idle(empty),
      pausedEverywhere: () => void this.handout.takeBack(),
      reconcile: () => this.reconcile(),
      leaseLost,
      sated: () => options.share?.offer(),
    })
    this.heart = new Heart({
      store,
      clock,
      logger,
      queues,
      leaseMs: options.leaseMs,
      supervisorId,
      members: () => this.presence.members(this.shown(), this.board.running, this.fetcher.suspended),
      leaseLost,
      claimLost: (execution) => this.board.claimLost(execution),
      counted: (claims) => this.#compare(claims),
      summary: () => JSON.stringify(this.#summary()),
      ordered: options.orders && ((orders) => options.orders?.take(orders)),
    })
    this.recoverer = new Recoverer({
      store,
      clock,
      random,
      logger,
      intervalMs: Math.min(1_000, options.leaseMs / 4),
      ownId: supervisorId,
      onRecovered: recovered,
    })
    this.sweeper = new RqSweeper({
      redis: store.redis,
      keys: store.keys,
      compat: store.compat,
      queues,
      clock,
      random,
      logger,
      onRecovered: recovered,
    })
    this.link = new Link({
      redis: store.redis,
      clock,
      logger,
      onLost: () => {
        events.publish('redis.lost')
        this.wakeup.reconnect()
        this.commands.reconnect()
      },
      onFound: () => {
        events.publish('redis.found')
        void this.heart.beat()
        this.fetcher.doubt()
      },
    })
    this.wakeup = new Wakeup(store.keys, options.connect, {
      wake: () => this.fetcher.wake(),
      arm: () => this.fetcher.arm(),
      claimed: (reply, call) => this.fetcher.claimed(reply, call),
      unsure: () => this.fetcher.doubt(),
    })
    this.#burstEnd = new BurstEnd({
      settler: this.settler,
      lookAgain: () => this.fetcher.wake(),
      end: () => owner.end(),
    })
    this.idleWatch = new IdleWatch({
      clock,
      limitMs: options.maxIdleMs,
      isIdle: () => owner.state() === 'running' && this.link.connected && this.held + this.settler.pending === 0,
      jobsSoFar: () => counters.claimed,
      onLimit: () => owner.end('it has had nothing to do for so long (max-idle-time)'),
    })
    this.stopBudget = new StopBudget(clock, options.stopTimeoutMs ?? Infinity, () => {
      logger.warn('the time to stop is over: running jobs go back to their queues', { jobs: this.board.running.size })
      void owner.stop(true)
    })
    this.commands = obeyCommands(
      options,
      this.presence.workers,
      this.board,
      this.pool,
      owner,
      options.orders && ((id) => (id === this.presence.supervisorId ? this.heart.nudge() : undefined)),
    )
    this.crew = {
      presence: this.presence,
      commands: this.commands,
      onSettlePolicy: (changed) => Object.assign(policy, changed),
      settled: () => this.settler.drain(SETTLE_LIMIT_MS),
    }
    this.changes =
      executors instanceof Pool
        ? new Changes({
            ...this.crew,
            pool: executors,
            prepareReload: options.prepareReload,
            unfit: () => (owner.phase() === 'starting' || owner.phase() === 'stopping' ? owner.phase() : undefined),
            clock,
            logger,
          })
        : undefined
  }

  /** Jobs that are here and not over: with executors, or waiting for one. */
  get held(): number {
    return this.board.waiting + this.board.running.size
  }

  /** The slots whose workers are alive: those that serve, and those that were given up and end their jobs. */
  shown(): SlotView[] {
    return [...this.pool.view(), ...this.pool.retiring()]
  }

  #summary(): DaemonSummary {
    return summarize({
      state: this.#owner.state(),
      slots: this.shown(),
      running: this.board.running.size,
      pausedQueues: this.#options.queues.filter((queue) => this.fetcher.isPaused(queue)),
      counters: this.counters,
      rssBytes: memoryUsage.rss(),
      addresses: this.#options.addresses,
      sharesExecutors: this.#options.share !== undefined,
    })
  }

  /** Claim more if there is room. */
  #onRoom(): void {
    if (this.#options.burst && this.#wokenAfter !== this.#ends) {
      // Nothing else tells that the end of a job has put others on the queues.
      this.#wokenAfter = this.#ends
      this.fetcher.wake()
    } else if (this.handout.capacity(0) > 0) this.fetcher.grown()
  }

  /** All open queues were found empty. @returns true if their next id will be told */
  #idle(empty: readonly string[]): boolean {
    if (!this.#options.burst) return this.wakeup.watch(empty)
    if (this.board.running.size + this.stoppedCalls.pending > 0) return true
    this.#burstEnd.foundEmpty()
    return true
  }

  /** Hand back what Redis recorded for us and nobody holds here. @throws RqdError RQD_REDIS */
  async reconcile(): Promise<void> {
    const { store, clock, logger } = this.#options
    const holds = (execution: string): boolean =>
      this.board.holds(execution) || this.settler.holds(execution) || this.wakeup.mayBring(execution)
    this.counters.handedBack += await reconcile(store, this.presence.supervisorId, holds, clock, logger)
  }

  /** More claims in Redis than jobs here: the answer to a claim was lost, or is on its way. */
  #compare(claims: number): void {
    if (claims > this.held + this.settler.pending) this.fetcher.doubt()
  }
}
