import { setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../../src/clock.js'
import { RqdError, coerceError } from '../../src/errors.js'
import type { SettlePolicy } from '../../src/job/settle.js'
import type { Logger } from '../../src/logger.js'
import type { Commands } from '../../src/worker/commands.js'
import type { ReloadReply, RestartReply, RolloutProgress, ScaleReply } from '../control/operations.js'
import { Burial, type BurialOptions } from './burial.js'
import type { Pool } from './pool.js'
import type { PoolSettings } from './pool-options.js'
import type { Presence } from './presence.js'
import { RolloutWatch } from './rollout-watch.js'
import type { SlotView } from './slot-view.js'

/** How often it is looked how far executors are. */
const LOOK_MS = 20

/** What a reload brings, read, tried and found good. Nothing of it counts yet. */
export interface Reload {
  /** Options whose new value will count, and those that need a restart of the daemon for it. */
  readonly changed: readonly string[]
  readonly needRestart: readonly string[]
  readonly pool: PoolSettings
  readonly settle: SettlePolicy
  /** How many executors there are to be; undefined: as many as there are. */
  readonly executors: number | undefined
  /** The executors are replaced: let the rest count as well. */
  commit(): void
}

/** Reads configuration and code anew, and tries them. @throws RqdError why they cannot be used, or it was aborted */
export type PrepareReload = (signal: AbortSignal) => Promise<Reload>

type OnProgress = (progress: RolloutProgress) => void

/** What a change of the executors concerns beside the pool. */
export interface Crew extends Pick<BurialOptions, 'settled'> {
  presence: Pick<Presence, 'workers' | 'enlist' | 'dismiss'>
  commands: Pick<Commands, 'serve'>
  /** Jobs that end from now on are settled by this. */
  onSettlePolicy: (policy: SettlePolicy) => void
}

export interface ChangesOptions extends Crew {
  pool: Pick<
    Pool,
    | 'size'
    | 'settings'
    | 'outdated'
    | 'ending'
    | 'view'
    | 'retiring'
    | 'renew'
    | 'succeed'
    | 'keepSpares'
    | 'trouble'
    | 'grow'
    | 'shrink'
  >
  prepareReload: PrepareReload | undefined
  /** What the daemon does instead of running; undefined: it runs. */
  unfit: () => string | undefined
  clock: Clock
  logger: Logger
}

/**
 * Changes of the executors while jobs run: more or fewer of them, new ones for old ones, new configuration and code.
 * One change at a time, in the order in which they were asked for. None interrupts a job.
 */
export class Changes {
  readonly #options: ChangesOptions
  readonly #stopping = new AbortController()
  readonly #burial: Burial
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(options: ChangesOptions) {
    this.#options = options
    this.#burial = new Burial({ ...options, signal: this.#stopping.signal })
  }

  /** No more changes: the daemon stops. What is under way fails. */
  stop(): void {
    this.#stopping.abort()
  }

  /** As `Operations.scale`. */
  scale(executors: number, wait: boolean, onProgress: OnProgress): Promise<ScaleReply> {
    return this.#scaleInTurn(() => executors, wait, onProgress)
  }

  /** One more executor, or one less; never none. */
  scaleBy(difference: 1 | -1): Promise<ScaleReply> {
    return this.#scaleInTurn(
      (now) => Math.max(1, now + difference),
      false,
      () => undefined,
    )
  }

  /** As `Operations.restartExecutors`. */
  async restart(wait: boolean, onProgress: OnProgress): Promise<RestartReply> {
    const { pool, logger } = this.#options
    const watch = this.#watch(onProgress)
    await this.#inTurn(watch, async () => {
      await this.#replaceAll(pool.settings, watch)
      logger.info('executors are replaced', { executors: pool.size, ending: busyOf(pool.ending) })
    })
    if (wait) await this.#end(watch, () => pool.ending)
    return { executors: pool.size, ending: busyOf(pool.ending), elapsedSec: watch.elapsedSec }
  }

  /** As `Operations.reload`. */
  async reload(wait: boolean, onProgress: OnProgress): Promise<ReloadReply> {
    const { pool, logger } = this.#options
    const watch = this.#watch(onProgress)
    const { changed, needRestart } = await this.#inTurn(watch, async () => {
      const reload = await this.#prepare(watch)
      await this.#replaceAll(reload.pool, watch)
      this.#options.onSettlePolicy(reload.settle)
      reload.commit()
      if (reload.executors !== undefined) await this.#scale(reload.executors, watch)
      const fields = { changed: reload.changed.join(','), executors: pool.size, ending: busyOf(pool.ending) }
      logger.info('reloaded', fields)
      if (reload.needRestart.length > 0) {
        logger.warn('options have changed that count from the next start on', { options: reload.needRestart.join(',') })
      }
      return reload
    })
    if (wait) await this.#end(watch, () => [...pool.ending, ...pool.retiring()])
    const ending = busyOf(pool.ending)
    return { executors: pool.size, ending, elapsedSec: watch.elapsedSec, changed, needRestart }
  }

  async #prepare(watch: RolloutWatch): Promise<Reload> {
    const { pool, prepareReload, logger } = this.#options
    if (prepareReload === undefined) {
      throw new RqdError('RQD_RELOAD_REFUSED', 'this daemon was given its options by a program: it has none to reload')
    }
    watch.tell('checking', 0, pool.size)
    const ticking = setInterval(() => watch.tell('checking', 0, pool.size), 1_000)
    try {
      return await prepareReload(this.#stopping.signal)
    } catch (thrown) {
      const { message } = coerceError(thrown)
      logger.error('reload refused: all stays as it was', { error: message })
      throw new RqdError('RQD_RELOAD_REFUSED', `reload refused, all stays as it was: ${message}`, { cause: thrown })
    } finally {
      clearInterval(ticking)
    }
  }

  /** Where new executors do not start, the old ones that are left stay, and with them the old settings. */
  async #replaceAll(settings: PoolSettings, watch: RolloutWatch): Promise<void> {
    const { pool, logger } = this.#options
    const before = pool.settings
    const total = pool.size
    pool.renew(settings)
    try {
      while (pool.outdated > 0) {
        this.#check()
        watch.tell('starting', total - pool.outdated, total)
        if (pool.succeed()) continue
        const trouble = pool.trouble()
        if (trouble !== undefined) {
          const done = total - pool.outdated
          const text = `new executors do not start (${trouble}): ${done} of ${total} are replaced, the others go on as they are; mend it and try again`
          throw new RqdError('RQD_EXECUTOR', text)
        }
        await delay(LOOK_MS)
      }
    } catch (thrown) {
      logger.error('executors are not all replaced', { error: coerceError(thrown).message })
      pool.renew(before)
      throw thrown
    } finally {
      // One more was needed to go first.
      pool.keepSpares()
    }
  }

  async #scaleInTurn(wanted: (now: number) => number, wait: boolean, onProgress: OnProgress): Promise<ScaleReply> {
    const { pool } = this.#options
    const watch = this.#watch(onProgress)
    const was = await this.#inTurn(watch, async () => {
      const now = pool.size
      await this.#scale(wanted(now), watch)
      return now
    })
    if (wait) await this.#end(watch, () => pool.retiring())
    return { executors: pool.size, was, ending: busyOf(pool.retiring()), elapsedSec: watch.elapsedSec }
  }

  async #scale(wanted: number, watch: RolloutWatch): Promise<void> {
    const { pool, logger } = this.#options
    const was = pool.size
    if (wanted > was) await this.#grow(wanted - was, watch)
    if (wanted < was) this.#burial.add(pool.shrink(was - wanted))
    if (wanted !== was) logger.info('the number of executors has changed', { executors: wanted, was })
  }

  async #grow(count: number, watch: RolloutWatch): Promise<void> {
    const { pool, presence, commands } = this.#options
    const workers = await presence.enlist(count)
    this.#check()
    await commands.serve(presence.workers)
    pool.grow(workers)
    for (;;) {
      this.#check()
      const slots = pool.view()
      const warm = slots.filter(({ phase }) => phase === 'idle' || phase === 'busy').length
      watch.tell('starting', warm, slots.length)
      if (slots.every(({ worker, phase }) => !workers.includes(worker) || phase === 'idle' || phase === 'busy')) return
      const trouble = pool.trouble(workers)
      if (trouble !== undefined) {
        // Nobody counts on them yet.
        this.#burial.add(pool.shrink(count, workers))
        throw new RqdError('RQD_EXECUTOR', `new executors do not start (${trouble}): there are ${pool.size} as before`)
      }
      await delay(LOOK_MS)
    }
  }

  /** Wait until executors that serve no more have ended, and their workers are gone. */
  async #end(watch: RolloutWatch, left: () => readonly SlotView[]): Promise<void> {
    const { pool } = this.#options
    for (;;) {
      const ending = left()
      if (ending.length === 0 && this.#burial.waiting === 0) return
      this.#check()
      const running = ending.reduce((sum, slot) => sum + slot.running.length, 0)
      watch.tell('ending', pool.size, pool.size, running)
      await delay(LOOK_MS)
    }
  }

  #watch(onProgress: OnProgress): RolloutWatch {
    return new RolloutWatch(this.#options.clock, onProgress)
  }

  /** Wait for the changes before, and hold up those behind until this one is made. */
  async #inTurn<T>(watch: RolloutWatch, change: () => Promise<T>): Promise<T> {
    this.#check()
    const { pool } = this.#options
    if (this.#waiting > 0) watch.tell('waiting', 0, pool.size)
    this.#waiting += 1
    const made = this.#last.then(() => {
      this.#check()
      return change()
    })
    this.#last = made.catch(() => undefined)
    try {
      return await made
    } finally {
      this.#waiting -= 1
    }
  }

  #check(): void {
    const unfit = this.#stopping.signal.aborted ? 'stopping' : this.#options.unfit()
    if (unfit === undefined) return
    const next = unfit === 'starting' ? ': try again when it is ready' : ''
    throw new RqdError('RQD_EXECUTOR', `executors cannot be changed, because the daemon is ${unfit}${next}`)
  }
}

/** How many of these executors have jobs to end: one that has none ends at once. */
function busyOf(slots: readonly SlotView[]): number {
  return slots.filter(({ running, ahead }) => running.length + ahead > 0).length
}
