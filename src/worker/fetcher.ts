import type { Clock } from '../clock.js'
import { deferred } from '../deferred.js'
import { coerceError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { Random } from '../random.js'
import type { Claim, ClaimCall, ClaimReply, Store } from '../redis/store.js'
import type { Service } from '../service.js'
import type { QueueOrder } from './queue-order.js'

/** Ids without a job that one claim may pass over, so that a queue full of them cannot hold Redis up. */
const MAX_SKIPS = 200
/** Between claims where nothing tells of new work: more queues than are watched, a suspended fleet, a paused queue. */
const POLL_MS = 250
const SUSPENDED_POLL_MS = 1_000

export interface FetcherOptions {
  store: Store
  /** All queues in priority order. */
  queues: readonly string[]
  /** In which order each claim looks at them. */
  order: QueueOrder
  clock: Clock
  random: Random
  logger: Logger
  /** The id under which claims are recorded now. */
  supervisorId: () => string
  /** How many more jobs can be begun, beside so many that have come and are not accepted yet. */
  capacity: (coming: number) => number
  /** Jobs were claimed, under the lease of this supervisor. */
  accept: (claims: Claim[], supervisorId: string) => void
  /** All open queues were found empty. Returns true if their next id will be told by `wake`; else they are polled. */
  idle: (queues: readonly string[]) => boolean
  /** Most jobs that one claim sent ahead may bring: should this process die before it hears of them, they wait. */
  armLimit: () => number
  /** True while claims that were sent ahead with this ticket are not answered. */
  isArmed: (ticket: number) => boolean
  /** More queues were found paused for all daemons. */
  pausedEverywhere?: () => void
  /** A claim's fate was unknown: find out what Redis recorded for us, before the next one. */
  reconcile: () => Promise<void>
  /** The lease is gone: register again, or give up by rejecting. */
  leaseLost: () => Promise<void>
  /** It wants no jobs for now: others may have the room that was kept for it. */
  sated?: () => void
}

/**
 * Reads the queues in strict priority, or another order: whenever there is capacity, one call claims from the first
 * queues that have something. Between claims it waits for `wake` (new work, free capacity) and holds nothing.
 */
export class Fetcher implements Service {
  readonly #options: FetcherOptions
  readonly #paused = new Set<string>()
  #allPaused = false
  /** Paused for all daemons, as far as claims saw. */
  readonly #pausedEverywhere = new Set<string>()
  #suspended = false
  #unsure = false
  #isHungry = false
  #coming = 0
  /** Claims in a row that have failed. */
  #failures = 0
  /** All open queues were found empty, and the next id on any of them will be told. */
  #watching = false
  #running: Promise<void> | undefined
  #stopped = false
  #turns = 0
  #wake = deferred()
  /** Goes with claims that are sent ahead. Those with lower ones are void. */
  #ticket = 1

  constructor(options: FetcherOptions) {
    this.#options = options
  }

  start(): Promise<void> {
    this.#running ??= this.#loop()
    return Promise.resolve()
  }

  /** Claim nothing more. Resolves when the last claim has been accepted. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.wake()
    await this.#running
    await this.disarm()
  }

  /** Look again: a queue has something, say. */
  wake(): void {
    this.#watching = false
    this.#wake.resolve()
  }

  /** Capacity has grown. Nothing to look for while all queues are known to be empty. */
  grown(): void {
    if (!this.#watching) this.wake()
  }

  /** Compare what Redis recorded for us with what is held here, before the next claim. */
  doubt(): void {
    this.#unsure = true
    this.wake()
  }

  /** The claim to send ahead now, to be run when a queue gets something; undefined where there must be none. */
  arm(): ClaimCall | undefined {
    const queues = this.#openQueues()
    const limit = Math.min(this.#options.armLimit(), this.#options.capacity(0))
    if (this.#stopped || this.#unsure || this.#suspended || queues.length === 0 || limit <= 0) return undefined
    return { ...this.#call(queues, limit), ticket: this.#ticket }
  }

  /** A claim that was sent ahead has been answered. */
  claimed(reply: ClaimReply, call: ClaimCall): void {
    this.#noteOrder(reply)
    const waitMs = reply.state === 'ok' ? this.#take(reply, call) : 0
    if (waitMs !== null) this.wake()
    if (this.#options.capacity(0) <= 0) void this.disarm()
  }

  /** Make void what was sent ahead. What Redis has done by then is on its way here. */
  async disarm(): Promise<void> {
    const { store, supervisorId, isArmed } = this.#options
    if (!isArmed(this.#ticket)) return
    const ticket = this.#ticket++
    // Where it cannot be told, jobs come that nobody wants now, and are handed back.
    await store.disarm(supervisorId(), ticket).catch(() => undefined)
  }

  /** Claim nothing from these queues (all: an empty list) until they are resumed. */
  pause(queues: readonly string[]): void {
    if (queues.length === 0) this.#allPaused = true
    for (const queue of queues) this.#paused.add(queue)
  }

  /** Undo `pause` for these queues; an empty list undoes every pause. */
  resume(queues: readonly string[]): void {
    if (queues.length === 0) this.#paused.clear()
    if (this.#allPaused && queues.length > 0) for (const queue of this.#options.queues) this.#paused.add(queue)
    this.#allPaused = false
    for (const queue of queues) this.#paused.delete(queue)
    this.wake()
  }

  isPaused(queue: string): boolean {
    return this.#allPaused || this.#paused.has(queue)
  }

  /** False while jobs of the queue are left alone, by a pause of this daemon or of all, as far as claims saw. */
  isOpen(queue: string): boolean {
    return !this.isPaused(queue) && !this.#pausedEverywhere.has(queue)
  }

  /** True while RQ's mark suspends all workers, as far as the last claim saw. */
  get suspended(): boolean {
    return this.#suspended
  }

  /** How often the loop has turned or a claim was answered: grows with each `wake`, unless something holds it up. */
  get turns(): number {
    return this.#turns
  }

  /** True while it would claim jobs if it had room for them. */
  get isHungry(): boolean {
    return this.#isHungry
  }

  /** Most jobs that claims under way may bring, those sent ahead apart. None where Redis does not answer. */
  get coming(): number {
    return this.#failures > 0 ? 0 : this.#coming
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      this.#turns += 1
      this.#wake = deferred()
      this.#watching = false
      const queues = this.#openQueues()
      this.#isHungry = queues.length > 0 && this.#failures === 0
      const limit = this.#options.capacity(0)
      if (queues.length === 0 || limit <= 0) {
        await this.#wake.promise
        continue
      }
      try {
        if (this.#unsure) {
          await this.#options.reconcile()
          this.#unsure = false
        }
        const waitMs = await this.#claim(queues, limit)
        this.#failures = 0
        if (waitMs !== 0) await this.#pause(waitMs)
      } catch (thrown) {
        this.#failures += 1
        this.#unsure = true
        const error = coerceError(thrown)
        // Once per outage: the link's own state is logged elsewhere.
        if (this.#failures === 1) this.#options.logger.error('cannot claim jobs', { error: error.message })
        await this.#pause(Math.min(1_000, 50 * 2 ** this.#failures) * (0.5 + 0.5 * this.#options.random.unit()))
      }
    }
    this.#isHungry = false
  }

  #openQueues(): string[] {
    return this.#options.queues.filter((queue) => !this.isPaused(queue))
  }

  #noteOrder({ claims }: ClaimReply): void {
    const last = claims.at(-1)
    if (last !== undefined) this.#options.order.took(last.queue)
  }

  #send(queues: readonly string[], limit: number): SentClaim {
    const call = this.#call(queues, limit)
    this.#coming += limit
    const answer = this.#options.store.claim(call).finally(() => (this.#coming -= limit))
    return { call, answer }
  }

  #call(queues: readonly string[], limit: number): ClaimCall {
    const { random, supervisorId, order } = this.#options
    const lookAt = limit + MAX_SKIPS
    const ordered = order.next(queues)
    return { supervisorId: supervisorId(), executionPrefix: random.hex(24), queues: ordered, limit, lookAt }
  }

  /** @returns how long to wait for a wake before the next claim: 0 not at all, null without a bound. */
  async #claim(queues: readonly string[], limit: number): Promise<number | null> {
    let sent = this.#send(queues, limit)
    for (;;) {
      const reply = await sent.answer
      this.#turns += 1
      this.#suspended = reply.state === 'suspended'
      if (reply.state === 'lost') {
        await this.#options.leaseLost()
        return 0
      }
      if (this.#suspended) return SUSPENDED_POLL_MS
      this.#noteOrder(reply)
      // Redis finds more while these are handed out.
      const next = isFull(reply, sent.call) ? this.#sendNext(reply.claims.length) : undefined
      let waitMs: number | null
      try {
        waitMs = this.#take(reply, sent.call)
      } catch (thrown) {
        await next?.answer.catch(() => undefined)
        throw thrown
      }
      if (next === undefined) return waitMs
      sent = next
    }
  }

  /** The claim after one that brought all it might, if there is room for more. */
  #sendNext(coming: number): SentClaim | undefined {
    const queues = this.#openQueues()
    const limit = this.#options.capacity(coming)
    return this.#stopped || this.#unsure || queues.length === 0 || limit <= 0 ? undefined : this.#send(queues, limit)
  }

  /** Take what a claim brought. @returns as `#claim` */
  #take(reply: ClaimReply, call: ClaimCall): number | null {
    const { queues, supervisorId } = call
    const { logger, accept, idle } = this.#options
    for (const { jobId, queue, reason } of reply.skips) logger.warn(skipSentence[reason], { jobId, queue })
    for (const { queue, error } of reply.broken) logger.error('a queue cannot be read', { queue, error })
    if (reply.claims.length > 0) accept(reply.claims, supervisorId)
    const open = this.#notePauses(queues, reply.paused)
    // A claim ends early only where all queues have been emptied.
    if (isFull(reply, call) || reply.skips.length > 0) return 0
    if (open.length === 0) return SUSPENDED_POLL_MS
    const watched = idle(open) && reply.broken.length === 0
    this.#watching = watched
    if (!watched) return POLL_MS
    // Nothing tells that a pause for all daemons is over.
    return open.length === queues.length ? null : SUSPENDED_POLL_MS
  }

  /** @returns those of the queues that are not paused for all daemons. */
  #notePauses(queues: readonly string[], paused: readonly string[]): readonly string[] {
    const before = this.#pausedEverywhere.size
    for (const queue of queues) this.#pausedEverywhere.delete(queue)
    for (const queue of paused) this.#pausedEverywhere.add(queue)
    if (this.#pausedEverywhere.size > before) this.#options.pausedEverywhere?.()
    return paused.length === 0 ? queues : queues.filter((queue) => !this.#pausedEverywhere.has(queue))
  }

  async #pause(waitMs: number | null): Promise<void> {
    if (this.#stopped) return
    this.#isHungry = false
    this.#options.sated?.()
    const timer = waitMs === null ? undefined : setTimeout(() => this.wake(), waitMs)
    await this.#wake.promise
    clearTimeout(timer)
  }
}

interface SentClaim {
  readonly call: ClaimCall
  readonly answer: Promise<ClaimReply>
}

function isFull({ claims }: ClaimReply, { limit }: ClaimCall): boolean {
  return claims.length >= limit
}

const skipSentence: Record<ClaimReply['skips'][number]['reason'], string> = {
  'no-such-job': 'skipped an id without a job: deleted, or not started within its ttl',
  canceled: 'skipped a canceled job',
  'not-a-hash': 'skipped an id whose job key holds something other than a hash',
  'id-is-no-text': 'skipped an id that is not valid UTF-8',
}
