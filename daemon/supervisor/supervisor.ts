import { deferred } from '../../src/deferred.js'
import { RqdError } from '../../src/errors.js'
import { readPauses } from '../../src/fleet/pauses.js'
import type { Service } from '../../src/service.js'
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
import type { Changes, Crew } from './changes.js'
import { drain } from './drain.js'
import type { RunningJob } from './job-board.js'
import { Parts, type Phase, SETTLE_LIMIT_MS } from './parts.js'
import { countWaiting, takePulse, type Pulse } from './pulse.js'
import { readLog } from './read-log.js'
import { checkServed, executorStatus, noPauses, queueStatus } from './status.js'
import { succeedDeadNeighbours } from './succession.js'
import type { SupervisorOptions } from './supervisor-options.js'
import { toldReload } from './told-reload.js'

/** What `status` says of a supervisor apart from its executors. */
export interface SupervisorLook extends Pick<Status, 'state' | 'queues' | 'counters'> {
  readonly connected: boolean
  readonly roundTripMs: number | null
}

/**
 * The parent: reads queues, keeps executors busy, writes what became of each job, and answers for all of it.
 *
 * starting → running ⇄ draining/drained → stopping → stopped. `done` resolves when the daemon ends of itself: after
 * `shutdown`, or in burst mode when nothing is left to do.
 */
export class Supervisor implements Service, Operations {
  readonly #options: SupervisorOptions
  readonly #parts: Parts
  readonly #startedMonoMs: number
  readonly #done = deferred()
  #phase: Phase = 'starting'
  #registering: Promise<void> | undefined
  #stopped: Promise<void> | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#startedMonoMs = options.clock.monoMs()
    this.#parts = new Parts(options, {
      phase: () => this.#phase,
      state: () => this.state,
      end: (reason) => this.#end(reason),
      leaseLost: () => this.#leaseLost(),
      stop: (now) => this.stop(now),
      shutdown: (now) => this.shutdown(now),
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
    const warm = this.#parts.pool.start()
    warm.catch(() => undefined)
    await succeedDeadNeighbours(store, this.#parts.recoverer, identity, logger)
    await this.#parts.presence.register()
    if (this.#stopped !== undefined) await this.#parts.presence.deregister()
    await this.#parts.link.start()
    await this.#parts.heart.start()
    await this.#parts.recoverer.start()
    await this.#parts.sweeper.start()
    await this.#parts.commands.start()
    await warm
    this.#setPhase('running')
    await this.#parts.heart.beat()
    await this.#parts.fetcher.start()
    this.#parts.idleWatch.start()
  }

  /** Stop well: running jobs end first. Called again with `now`, end them at once and hand them back. */
  stop(now = false): Promise<void> {
    if (now && this.#stopped !== undefined) {
      void this.#parts.pool.stop(true)
      this.#parts.stoppedCalls.end()
    }
    this.#stopped ??= this.#stop(now)
    return this.#stopped
  }

  get state(): DaemonState {
    if (this.#phase !== 'running') return this.#phase
    if (this.#parts.fetcher.suspended) return 'suspended'
    return this.#options.queues.some((queue) => this.#parts.fetcher.isOpen(queue)) ? 'running' : 'paused'
  }

  /** Queues from which no job is begun now. */
  get pausedQueues(): readonly string[] {
    return this.#paused()
  }

  /** The id of its lease. */
  get supervisorId(): string {
    return this.#parts.presence.supervisorId
  }

  /** How many executors run jobs now. */
  get busyExecutors(): number {
    return this.#parts.pool.busy
  }

  /** What shows that its parts are alive, for a service manager. */
  pulse(): Pulse {
    return takePulse({
      state: this.state,
      slots: this.#parts.pool.view(),
      running: this.#parts.board.running.size,
      link: this.#parts.link,
      fetcher: this.#parts.fetcher,
      stopLeftMs: this.#parts.stopBudget.leftMs,
    })
  }

  /** Make the fetch loop turn, whatever it waits for. */
  nudge(): void {
    this.#parts.fetcher.wake()
  }

  /** Jobs on the queues that are served; null if Redis does not tell. */
  countWaiting(): Promise<number | null> {
    return countWaiting(this.#options.store, this.#options.queues)
  }

  async status(): Promise<Status> {
    const { clock, identity, name, version, redisUrl } = this.#options
    const slots = [...this.#parts.pool.view(), ...this.#parts.pool.leaving()]
    const { state, connected, roundTripMs, queues, counters } = await this.look()
    const nowMonoMs = clock.monoMs()
    return {
      state,
      pid: identity.pid,
      name,
      version,
      uptimeSec: Math.round(nowMonoMs - this.#startedMonoMs) / 1000,
      redis: { url: redisUrl, connected, roundTripMs },
      executors: await Promise.all(slots.map((slot) => executorStatus(slot, this.running, nowMonoMs))),
      queues,
      counters,
    }
  }

  /** What `status` says apart from the executors. */
  async look(): Promise<SupervisorLook> {
    const { clock, store, queues } = this.#options
    const { link, fetcher, counters } = this.#parts
    const summaries = link.connected ? await store.queueSummaries(queues).catch(() => undefined) : undefined
    const pauses = summaries === undefined ? noPauses : await readPauses(store.redis, store.keys).catch(() => noPauses)
    const nowMs = clock.epochMs()
    return {
      state: this.state,
      connected: link.connected,
      roundTripMs: link.roundTripMs,
      queues: queues.map((queue, i) => {
        const paused = {
          here: fetcher.isPaused(queue),
          everywhere: pauses.all || pauses.queues.includes(queue),
        }
        return queueStatus(queue, paused, summaries?.[i], nowMs)
      }),
      counters: { ...counters },
    }
  }

  /** Jobs that executors have, by execution. */
  get running(): ReadonlyMap<string, RunningJob> {
    return this.#parts.board.running
  }

  /** What a change of the executors concerns. */
  get crew(): Crew {
    return this.#parts.crew
  }

  async pause(queues: readonly string[]): Promise<{ paused: string[] }> {
    checkServed(this.#options.queues, queues)
    this.#parts.fetcher.pause(queues)
    await this.#parts.fetcher.disarm()
    await this.#parts.handout.takeBack()
    const paused = this.#paused()
    this.#options.events.publish('queue.paused', { queues: paused })
    return { paused }
  }

  resume(queues: readonly string[]): Promise<{ paused: string[] }> {
    return new Promise((resolve) => {
      checkServed(this.#options.queues, queues)
      if (this.#phase === 'draining' || this.#phase === 'drained') this.#setPhase('running')
      this.#parts.fetcher.resume(queues)
      const paused = this.#paused()
      this.#options.events.publish('queue.resumed', { queues: paused })
      resolve({ paused })
    })
  }

  async drain(timeoutSec: number | null, onProgress: (progress: DrainProgress) => void): Promise<DrainReply> {
    if (this.#phase === 'running' || this.#phase === 'drained') this.#setPhase('draining')
    this.#parts.fetcher.pause([])
    await this.#parts.fetcher.disarm()
    await this.#parts.handout.takeBack()
    const reply = await drain({
      clock: this.#options.clock,
      timeoutSec,
      onProgress,
      running: () => [...this.#parts.board.running.keys()],
      isDraining: () => this.#phase === 'draining' || this.#phase === 'stopping',
      interrupt: (execution) => this.#parts.pool.interrupt(execution, 'shutdown', true),
    })
    await this.#parts.settler.drain(SETTLE_LIMIT_MS)
    if (this.#phase === 'draining') this.#setPhase('drained')
    return reply
  }

  async scale(executors: number, wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ScaleReply> {
    return this.#changes('scale').scale(executors, wait, onProgress)
  }

  /** One more executor, or one less; never none. */
  async scaleBy(difference: 1 | -1): Promise<ScaleReply> {
    return this.#changes('scale').scaleBy(difference)
  }

  async restartExecutors(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<RestartReply> {
    return this.#changes('restart-executors').restart(wait, onProgress)
  }

  async reload(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ReloadReply> {
    const changes = this.#changes('reload')
    return toldReload(this.#options.events, () => changes.reload(wait, onProgress))
  }

  logs(jobId: string, from: number, waitSec: number): Promise<LogPart> {
    return readLog(this.#parts.outputs, this.#parts.board.running, { jobId, from, waitMs: waitSec * 1000 })
  }

  async shutdown(now: boolean): Promise<{ running: number }> {
    const { share } = this.#options
    if (share !== undefined) throw share.refusal('shutdown')
    const running = this.#parts.board.running.size
    // The answer goes out before the socket closes.
    setImmediate(() => {
      this.#done.resolve()
      void this.stop(now)
    })
    return Promise.resolve({ running })
  }

  #changes(wanted: string): Changes {
    const { changes } = this.#parts
    if (changes !== undefined) return changes
    throw this.#options.share?.refusal(wanted) ?? new Error('there are no executors')
  }

  async #stop(now: boolean): Promise<void> {
    const { logger } = this.#options
    this.#setPhase('stopping')
    this.#parts.changes?.stop()
    this.#done.resolve()
    this.#parts.idleWatch.stop()
    await this.#parts.fetcher.stop()
    this.#parts.wakeup.close()
    // Answers to claims sent ahead may have been on their way.
    await this.#parts.reconcile().catch(() => undefined)
    if (!now) {
      this.#parts.stopBudget.begin()
      await this.#parts.handout.takeBack()
      await this.#parts.stoppedCalls.handedOut(SETTLE_LIMIT_MS)
    }
    await this.#parts.pool.stop(now)
    this.#parts.stopBudget.end()
    this.#parts.stoppedCalls.end()
    this.#parts.handout.handBackClosed()
    const unsettled = await this.#parts.settler.drain(SETTLE_LIMIT_MS)
    await this.#parts.commands.stop()
    await this.#parts.heart.stop()
    await this.#options.orders?.stop()
    await this.#parts.recoverer.stop()
    await this.#parts.sweeper.stop()
    await this.#parts.link.stop()
    if (unsettled > 0) logger.error('stopped before Redis took all results; their jobs will run again', { unsettled })
    await this.#parts.presence.deregister()
    this.#options.jobLog.flush()
  }

  /** Nothing more is to be done: whoever waits for `done` stops the daemon. */
  #end(reason?: string): void {
    if (reason !== undefined) this.#options.logger.info('the daemon ends', { reason })
    this.#done.resolve()
  }

  /** Somebody took our lease for run out: our jobs are theirs. End ours, and begin anew under another id. */
  #leaseLost(): Promise<void> {
    this.#registering ??= (async () => {
      this.#options.logger.error('the lease was lost: jobs held here are ended, others have taken them over', {
        held: this.#parts.board.running.size,
      })
      this.#parts.board.leaseLost()
      await this.#parts.presence.renew()
    })().finally(() => {
      this.#registering = undefined
    })
    return this.#registering
  }

  #setPhase(phase: Phase): void {
    if (this.#phase === 'stopping' || this.#phase === phase) return
    this.#options.logger.info(`daemon ${phase}`, { was: this.#phase })
    this.#options.events.publish('daemon.state', { state: phase, was: this.#phase })
    this.#phase = phase
    if (this.#parts.presence.isRegistered) this.#parts.heart.nudge()
  }

  #paused(): string[] {
    return this.#options.queues.filter((queue) => this.#parts.fetcher.isPaused(queue))
  }
}
