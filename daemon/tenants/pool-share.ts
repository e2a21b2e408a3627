import type { Clock } from '../../src/clock.js'
import { deferred } from '../../src/deferred.js'
import type { AbortReason, RunJob } from '../ipc/messages.js'
import type { Demand, Executors } from '../supervisor/executors.js'
import type { PoolListener } from '../supervisor/pool-options.js'
import type { SlotView } from '../supervisor/slot-view.js'
import type { Contender } from './fair-share.js'
import { ServiceTime } from './service-time.js'
import type { SharedPool } from './shared-pool.js'
import type { Tenant } from './tenant.js'

/** A tenant that takes part in a pool. */
export interface Sharer {
  readonly tenant: Tenant
  /** Told of its jobs. */
  readonly listener: PoolListener
  readonly demand: () => Demand
}

/** What one tenant sees of a pool that it shares with others. */
export class PoolShare implements Executors {
  readonly listener: PoolListener
  readonly #shared: SharedPool
  readonly #sharer: Sharer
  readonly #clock: Clock
  readonly #time: ServiceTime
  readonly #stopAsked = deferred()
  #isStopping = false
  #isDenied = false
  #wasHungry = false

  constructor(shared: SharedPool, sharer: Sharer, common: { virtualMs: number }, clock: Clock) {
    this.#shared = shared
    this.#sharer = sharer
    this.listener = sharer.listener
    this.#clock = clock
    this.#time = new ServiceTime(sharer.tenant.weight, common, clock.monoMs())
  }

  /** What it wants now. */
  get demand(): Demand {
    return this.#sharer.demand()
  }

  /** Places that will be taken up by what waits for an executor, or is on its way. */
  get pendingPlaces(): number {
    const { waiting, coming, jobMs } = this.demand
    return (waiting + coming) * this.#shared.placesOf(jobMs)
  }

  /** It wanted room, and there was none for it. */
  get isDenied(): boolean {
    return this.#isDenied && this.demand.isHungry
  }

  /** It has asked that the executors end. */
  get isStopping(): boolean {
    return this.#isStopping
  }

  get stopAsked(): Promise<void> {
    return this.#stopAsked.promise
  }

  /** How it stands beside the others. */
  contender(nowMs: number): Contender {
    const { isHungry } = this.demand
    if (isHungry && !this.#wasHungry) this.#time.comesBack(nowMs)
    this.#wasHungry = isHungry
    const { weight } = this.#sharer.tenant
    return { weight, load: this.#time.load + this.pendingPlaces, virtualMs: this.#time.at(nowMs) }
  }

  /** It holds so many more places from now on, or fewer. */
  holds(more: number): void {
    this.#time.change(more, this.#clock.monoMs())
  }

  /** It was let bring jobs. */
  served(nowMs: number): void {
    this.#time.served(nowMs)
  }

  start(): Promise<void> {
    return this.#shared.start()
  }

  /** All end together: resolves when the executors have ended, which is after every tenant has asked for it. */
  stop(now: boolean): Promise<void> {
    this.#isStopping = true
    this.#stopAsked.resolve()
    return this.#shared.stop(now)
  }

  get size(): number {
    return this.#shared.pool.size
  }

  /** How many executors run jobs of this tenant. */
  get busy(): number {
    const all = [...this.#shared.pool.view(), ...this.#shared.pool.leaving()]
    return all.filter(({ running }) => running.some((execution) => this.#isOwn(execution))).length
  }

  get isMoving(): boolean {
    return this.#shared.pool.isMoving
  }

  capacity(estimateMs: number | undefined, coming: number): number {
    const room = this.#shared.roomFor(this, estimateMs, coming)
    this.#isDenied = room <= 0
    // Whoever asks subtracts what it has pending.
    return room <= 0 ? 0 : room + this.demand.waiting + coming
  }

  assign(job: Omit<RunJob, 'seq'>, estimateMs?: number): string | undefined {
    // Its function may want to enqueue more for its tenant, and the executor serves all of them.
    const { name, prefix } = this.#sharer.tenant
    const worker = this.#shared.pool.assign({ ...job, tenant: name, prefix }, estimateMs)
    if (worker !== undefined) this.#shared.lend(this, job.execution, estimateMs)
    return worker
  }

  send(): void {
    this.#shared.pool.send()
  }

  interrupt(execution: string, reason: AbortReason, force: boolean): void {
    this.#shared.pool.interrupt(execution, reason, force)
  }

  /** Kill the executor of this slot if it runs a job of this tenant. */
  kill(worker: string): void {
    const all = [...this.#shared.pool.view(), ...this.#shared.pool.leaving()]
    const isOwn = all.some((slot) => slot.worker === worker && slot.running.some((execution) => this.#isOwn(execution)))
    if (isOwn) this.#shared.pool.kill(worker)
  }

  /** What others have ahead comes back to them as well, and goes out again. */
  async takeBack(): Promise<void> {
    if (this.#time.load > 0) await this.#shared.pool.takeBack()
  }

  view(): SlotView[] {
    return this.#shared.pool.view()
  }

  leaving(): SlotView[] {
    return this.#shared.pool.leaving()
  }

  retiring(): SlotView[] {
    return this.#shared.pool.retiring()
  }

  #isOwn(execution: string): boolean {
    return this.#shared.isLent(this, execution)
  }
}
