import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.js'
import { deferred } from '../deferred.js'
import { coerceError } from '../errors.js'
import { formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { Replicas } from '../redis/replicas.js'
import type { SettleReply, Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import type { Counters } from './counters.js'
import { type Ending, endingRecords } from './ending.js'
import { Unsettled } from './unsettled.js'

export type { Ending } from './ending.js'

/** Between attempts while Redis does not answer. */
const RETRY_MS = 250
/** After a batch larger than this we are busy: the next one waits until so many milliseconds have passed since. */
const BUSY_BATCH = 16
const GATHER_MS = 3
/** Another call may be sent before the last is answered, once it has taken so long and so many endings wait. */
const SLOW_ANSWER_MS = 4
const ENOUGH = 50
/** Most calls that are under way at once. */
const MAX_IN_FLIGHT = 8

/**
 * Writes how jobs ended, many at a time. What Redis cannot take now is kept and written when it can: a result is
 * forgotten only when Redis says that the job is somebody else's by now.
 */
export class Settler {
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #counters: Counters
  readonly #replicas: Replicas | undefined
  readonly #onBatch: ((endings: number) => void) | undefined
  readonly #endings = new Unsettled()
  readonly #complained = new WeakSet<Ending>()
  readonly #inFlight = new Set<Promise<void>>()
  #retry: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined
  #gaveUp = false
  /** The error of the last batch that Redis did not take, until the loop has seen it. */
  #trouble: Error | undefined
  #complaints = 0
  #given = 0
  /** Too few replicas had the last batch. */
  #bare = false
  /** After an error: one ending at a time, so that one that Redis refuses does not hold the others. */
  #alone = false
  #sent = { atMs: 0, size: 0 }
  #enough = deferred()

  /** `onBatch` is told how many endings each call writes. `replicas`: they must have them, too. */
  constructor(options: {
    store: Store
    clock: Clock
    logger: Logger
    counters: Counters
    replicas?: Replicas | undefined
    onBatch?: (endings: number) => void
  }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
    this.#counters = options.counters
    this.#replicas = options.replicas
    this.#onBatch = options.onBatch
  }

  /** Number of endings so far. */
  get given(): number {
    return this.#given
  }

  /** Number of endings that Redis has not confirmed. */
  get pending(): number {
    return this.#endings.size
  }

  /** True while the ending of an execution is not confirmed. */
  holds(execution: string): boolean {
    return this.#endings.has(execution)
  }

  /** Write an ending soon, with the others of this turn of the event loop. */
  settle(ending: Ending): void {
    this.#given += 1
    this.#endings.add(ending)
    if (this.#endings.ready >= ENOUGH) this.#enough.resolve()
    this.#begin()
  }

  /**
   * Resolves when everything is confirmed.
   * @returns how many endings were not, because `boundMs` had passed first. They are written no more, unless something
   * is settled or drained again.
   */
  async drain(boundMs: number): Promise<number> {
    const deadlineMs = this.#clock.monoMs() + boundMs
    this.#retryRefused()
    while (this.#flushing !== undefined || this.#endings.refused > 0) {
      const leftMs = deadlineMs - this.#clock.monoMs()
      if (leftMs <= 0) {
        this.#gaveUp = true
        clearTimeout(this.#retry)
        this.#retry = undefined
        return this.pending
      }
      const bound = delay(this.#flushing === undefined ? Math.min(leftMs, RETRY_MS) : leftMs, undefined, { ref: false })
      await Promise.race([this.#flushing ?? bound, bound])
    }
    return this.pending
  }

  #begin(): void {
    this.#gaveUp = false
    if (this.#endings.ready > 0) this.#flushing ??= this.#writeAll()
  }

  #retryRefused(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#endings.retryRefused()
    this.#begin()
  }

  async #writeAll(): Promise<void> {
    // Let the endings of this turn gather.
    await nextTurn()
    while (this.#inFlight.size > 0 || (this.#endings.ready > 0 && !this.#gaveUp)) {
      const wait = this.#whyWait()
      if (wait === undefined) this.#send(this.#endings.next(this.#alone))
      else await wait
    }
    // In the same turn in which nothing was found to be left, so that no ending can slip in between.
    this.#flushing = undefined
  }

  /** What the next batch has to wait for; undefined: nothing. */
  #whyWait(): Promise<unknown> | undefined {
    const sinceMs = this.#clock.monoMs() - this.#sent.atMs
    if (this.#inFlight.size > 0) {
      const answer = Promise.race(this.#inFlight)
      const oneByOne = this.#alone || this.#trouble !== undefined || this.#endings.handBacks > 0
      if (oneByOne || this.#gaveUp || this.#inFlight.size >= MAX_IN_FLIGHT) return answer
      if (this.#endings.ready > 0 && sinceMs < SLOW_ANSWER_MS)
        return Promise.race([answer, pause(SLOW_ANSWER_MS - sinceMs)])
      if (this.#endings.ready >= ENOUGH) return undefined
      this.#enough = deferred()
      return Promise.race([answer, this.#enough.promise])
    }
    if (this.#trouble !== undefined) return this.#afterTrouble(this.#trouble)
    if (this.#sent.size > BUSY_BATCH && sinceMs < GATHER_MS) return pause(GATHER_MS - sinceMs)
    return undefined
  }

  #afterTrouble(error: Error): Promise<void> {
    this.#trouble = undefined
    this.#alone = true
    this.#complaints += 1
    if (this.#complaints === 1) {
      this.#logger.error('results wait for Redis', { pending: this.#endings.ready, error: error.message })
    }
    return delay(RETRY_MS)
  }

  #send(batch: readonly Ending[]): void {
    this.#sent = { atMs: this.#clock.monoMs(), size: batch.length }
    this.#onBatch?.(batch.length)
    const call = this.#write(batch).then(() => {
      this.#inFlight.delete(call)
    })
    this.#inFlight.add(call)
  }

  /** Write a batch; never rejects. */
  async #write(batch: readonly Ending[]): Promise<void> {
    const groups = new Map<string, Ending[]>()
    for (const ending of batch) {
      const name = `${ending.settlement.kind} ${ending.job.supervisorId}`
      const group = groups.get(name)
      if (group === undefined) groups.set(name, [ending])
      else group.push(ending)
    }
    const taken = await Promise.all(
      [...groups.values()].map((endings) => this.#writeGroup(endings, batch.length === 1)),
    )
    if (taken.includes(false)) return
    this.#alone = false
    this.#complaints = 0
  }

  /** @returns false if Redis did not take it. */
  async #writeGroup(endings: readonly Ending[], alone: boolean): Promise<boolean> {
    try {
      const replies = await this.#run(endings)
      if (this.#replicas !== undefined) await this.#replicate(this.#replicas)
      this.#answered(endings, replies)
      return true
    } catch (thrown) {
      this.#trouble = coerceError(thrown)
      this.#endings.putBack(endings, alone)
      return false
    }
  }

  /**
   * Where too few replicas have what was written, it counts all the same: a fail-over may make such jobs run again.
   * @throws Error if another server may be the master by now: what was written there is written again
   */
  async #replicate(replicas: Replicas): Promise<void> {
    const copies = await replicas.confirm()
    if (copies === 'elsewhere') throw new Error('Redis was replaced by another server')
    const { count } = replicas.wish
    if (copies >= count) {
      if (this.#bare) this.#logger.info('replicas have what is settled again', { replicas: copies })
      this.#bare = false
    } else if (!this.#bare) {
      this.#bare = true
      const sentence = 'too few replicas have what is settled: after a fail-over now, jobs may run again'
      this.#logger.warn(sentence, { replicas: copies, wanted: count })
    }
  }

  #answered(endings: readonly Ending[], replies: readonly SettleReply[]): void {
    endings.forEach((ending, i) => {
      const reply = replies[i] ?? 'lost'
      if (reply === 'refused') {
        this.#endings.refuse(ending)
        this.#complain(ending)
      } else {
        this.#endings.done(ending)
        this.#confirmed(ending, reply)
      }
    })
    if (this.#endings.refused > 0 && !this.#gaveUp) this.#retry ??= setTimeout(() => this.#retryRefused(), RETRY_MS)
  }

  #complain(ending: Ending): void {
    if (this.#complained.has(ending)) return
    this.#complained.add(ending)
    const { id, queue, origin } = ending.job
    this.#logger.error('a job cannot go back: the key of its queue holds something else', { jobId: id, queue, origin })
  }

  /** Write endings of one kind and one supervisor. */
  #run(endings: readonly Ending[]): Promise<SettleReply[]> {
    const ttl = rqDefaults.workerTtlSec
    const [first] = endings
    if (first === undefined) return Promise.resolve([])
    const { supervisorId } = first.job
    switch (first.settlement.kind) {
      case 'finish':
        return this.#store.finish(supervisorId, ttl, endings.flatMap(endingRecords.finish))
      case 'fail':
        return this.#store.fail(supervisorId, ttl, endings.flatMap(endingRecords.fail))
      case 'retry':
        return this.#store.retry(supervisorId, ttl, endings.flatMap(endingRecords.retry))
      case 'hand-back': {
        const nowIso = formatIso(this.#clock.epochMs())
        return this.#store.handBack(supervisorId, nowIso, endings.flatMap(endingRecords.handBack))
      }
    }
  }

  #confirmed({ job, settlement, worker, onStored }: Ending, reply: Exclude<SettleReply, 'refused'>): void {
    const fields = (): Record<string, string> => {
      return { jobId: job.id, queue: job.queue, execution: job.execution, worker }
    }
    switch (reply) {
      case 'finished':
        this.#counters.finished += 1
        onStored?.()
        return
      case 'failed':
        this.#counters.failed += 1
        onStored?.()
        return
      case 'retried':
        this.#counters.retried += 1
        return
      case 'handed-back':
        this.#counters.handedBack += 1
        return
      case 'lost':
        this.#counters.fenced += 1
        this.#logger.warn('a late result was refused: the job belongs to another execution', fields())
        return
      case 'gone':
        this.#logger.info('the job was deleted while it ran', { ...fields(), settlement: settlement.kind })
        return
      case 'canceled':
        this.#logger.info('the job was canceled while it waited here', fields())
        return
      case 'repeated':
        // The first answer was lost on its way; what it said is in Redis.
        this.#counters[settlement.kind === 'fail' ? 'failed' : 'finished'] += 1
        onStored?.()
    }
  }
}

function pause(ms: number): Promise<void> {
  return delay(ms)
}
