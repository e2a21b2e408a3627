import type { Clock } from '../../src/clock.js'
import { RqdError } from '../../src/errors.js'
import type { JobResult } from '../ipc/messages.js'
import type { Death } from '../supervisor/death.js'
import { AHEAD_MS, aheadMsAt } from '../supervisor/pace.js'
import type { Pool } from '../supervisor/pool.js'
import type { PoolListener } from '../supervisor/pool-options.js'
import type { PoolSharing } from '../supervisor/supervisor-options.js'
import { runHasEnded } from '../supervisor/save-meta.js'
import { shareOf } from './fair-share.js'
import { PoolShare } from './pool-share.js'
import type { Tenant } from './tenant.js'

/** How often it is asked how far the tenants' Redis are: they ping no more often. */
const MEASURE_MS = 1_000

/** A job in an executor. */
interface Lent {
  readonly share: PoolShare
  /** The part of a place that it takes up. */
  readonly places: number
}

/**
 * One pool of executors for several tenants. It knows whose each job is, tells each tenant of its own, and says how many
 * more each may bring: its fair share of the room that there is.
 */
export class SharedPool {
  readonly pool: Pool
  readonly #clock: Clock
  readonly #shares: PoolShare[] = []
  readonly #lent = new Map<string, Lent>()
  /** Where those begin who come back. */
  readonly #common = { virtualMs: 0 }
  /** How much work an executor may hold ahead, and when that was found. */
  #aheadMs = AHEAD_MS
  #measuredMs = -Infinity
  #started: Promise<void> | undefined
  #stopping: Promise<void> | undefined
  #isOffering = false

  /** `makePool` is given to whom the pool tells what happens, and how much it may hold ahead. */
  constructor(clock: Clock, makePool: (listener: PoolListener, aheadMs: () => number) => Pool) {
    this.#clock = clock
    const listener: PoolListener = {
      began: (execution, atMs) => this.#listenerOf(execution)?.began(execution, atMs),
      callingBack: (execution, ...call) => this.#listenerOf(execution)?.callingBack(execution, ...call),
      printed: (execution, ...piece) => this.#listenerOf(execution)?.printed(execution, ...piece),
      ended: (result) => this.#ended(result),
      lost: (execution, death) => this.#lost(execution, death),
      returned: (executions) => this.#returned(executions),
      meta: async (execution, meta) => this.#listenerOf(execution)?.meta(execution, meta) ?? runHasEnded,
      free: () => this.#free(),
    }
    this.pool = makePool(listener, () => this.#aheadMs)
  }

  /** For the supervisor of a tenant. */
  sharing(tenant: Tenant): PoolSharing {
    const sharers = (): number => this.#shares.length
    return {
      get sharers() {
        return sharers()
      },
      join: (listener, demand) => {
        const share = new PoolShare(this, { tenant, listener, demand }, this.#common, this.#clock)
        this.#shares.push(share)
        return share
      },
      offer: () => this.offer(),
      refusal: (wanted) => {
        const text = `${wanted} concerns all tenants of the daemon, and not ${tenant.name} alone: ask for it on the daemon's control socket, without a tenant`
        return new RqdError('RQD_ORDER_REFUSED', text)
      },
    }
  }

  /** As the pool does; whoever comes first begins it. */
  start(): Promise<void> {
    this.#started ??= this.pool.start()
    return this.#started
  }

  /** End the executors: at once with `now`, else once every tenant has asked for it. Resolves when all have ended. */
  async stop(now: boolean): Promise<void> {
    if (now) this.#stopping = this.pool.stop(true)
    else if (this.#shares.every(({ isStopping }) => isStopping)) this.#stopping ??= this.pool.stop(false)
    if (!now) await Promise.all(this.#shares.map(({ stopAsked }) => stopAsked))
    await this.#stopping
  }

  /** How many jobs a tenant may bring now, beside those that are here or on their way. */
  roomFor(share: PoolShare, estimateMs: number | undefined, coming: number): number {
    const nowMs = this.#clock.monoMs()
    this.#measure(nowMs)
    const each = this.placesOf(estimateMs)
    const pending = this.#shares.reduce((sum, other) => sum + other.pendingPlaces, coming * each)
    const room = this.pool.capacity(estimateMs) * each - pending
    if (room <= 0) return 0
    const sharers = this.#shares.filter((other) => other === share || other.demand.isHungry)
    const contenders = sharers.map((sharer) => ({ sharer, ...sharer.contender(nowMs) }))
    const who = contenders.find(({ sharer }) => sharer === share)
    const places = who === undefined ? 0 : shareOf(who, contenders, room)
    if (places <= 0) return 0
    share.served(nowMs)
    return Math.max(1, Math.floor(places / each))
  }

  /** A job was given to an executor. */
  lend(share: PoolShare, execution: string, estimateMs: number | undefined): void {
    const lent = { share, places: this.placesOf(estimateMs) }
    this.#lent.set(execution, lent)
    share.holds(lent.places)
  }

  /** The part of a place that a job takes up: of short ones, as many share one as an executor is given ahead. */
  placesOf(estimateMs: number | undefined): number {
    return estimateMs === undefined || estimateMs >= AHEAD_MS ? 1 : 1 / Math.floor(this.#aheadMs / estimateMs)
  }

  /** Whether an executor has this job of the tenant. */
  isLent(share: PoolShare, execution: string): boolean {
    return this.#lent.get(execution)?.share === share
  }

  /** A tenant wants nothing more for now: those who were given no room look whether there is some. */
  offer(): void {
    if (this.#isOffering) return
    this.#isOffering = true
    setImmediate(() => {
      this.#isOffering = false
      // Not those who have a claim under way: two of them would call each other for ever.
      for (const { listener, isDenied } of this.#inTurn()) if (isDenied) listener.free()
    })
  }

  // An executor holds jobs of all tenants: as much as whoever is farthest away needs, so that it is never out of work.
  #measure(nowMs: number): void {
    if (nowMs < this.#measuredMs + MEASURE_MS) return
    this.#measuredMs = nowMs
    this.#aheadMs = this.#shares.reduce((most, { demand }) => Math.max(most, aheadMsAt(demand.distanceMs)), AHEAD_MS)
  }

  #listenerOf(execution: string): PoolListener | undefined {
    return this.#lent.get(execution)?.share.listener
  }

  #ended(result: JobResult): void {
    const listener = this.#giveBack(result.execution)
    listener?.ended(result)
  }

  #lost(execution: string, death: Death): void {
    const listener = this.#giveBack(execution)
    listener?.lost(execution, death)
  }

  #returned(executions: readonly string[]): void {
    const owned = new Map<PoolListener, string[]>()
    for (const execution of executions) {
      const listener = this.#giveBack(execution)
      if (listener === undefined) continue
      const own = owned.get(listener)
      if (own === undefined) owned.set(listener, [execution])
      else own.push(execution)
    }
    for (const [listener, own] of owned) listener.returned(own)
  }

  #giveBack(execution: string): PoolListener | undefined {
    const lent = this.#lent.get(execution)
    if (lent === undefined) return undefined
    this.#lent.delete(execution)
    lent.share.holds(-lent.places)
    return lent.share.listener
  }

  #free(): void {
    for (const { listener } of this.#inTurn()) listener.free()
  }

  /** The tenants in the order in which what waits with them goes to executors. */
  #inTurn(): PoolShare[] {
    const nowMs = this.#clock.monoMs()
    return this.#shares.toSorted((a, b) => a.contender(nowMs).virtualMs - b.contender(nowMs).virtualMs)
  }
}
