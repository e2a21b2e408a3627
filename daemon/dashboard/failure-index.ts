import type { Clock } from '../../src/clock.js'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import type { Service } from '../../src/service.js'
import type { DataCaller } from '../data/caller.js'
import { GroupTally, type Tallied } from './group-tally.js'
import { type Pause, pause } from './pause.js'

/** Nobody has looked for so long: nothing is read any more. */
const WATCHED_MS = 60_000
/** Between two looks for what is new. */
const NEW_MS = 5_000
/** For each millisecond that a step takes, so many pass without one: a third of the time at most is spent on it. */
const REST = 2
/** Jobs of one step. */
const STEP = 200
/** All is read again after ten times as long as that takes, within these bounds. */
const AGAIN_AFTER = 10
const AGAIN_MIN_MS = 15_000
const AGAIN_MAX_MS = 600_000

/** What an index needs. */
export interface FailureIndexOptions {
  readonly data: Pick<DataCaller, 'call'>
  readonly clock: Clock
  readonly logger: Logger
  readonly pause?: Pause
}

/** Failures by group, as far as they are known. */
export interface FailureSnapshot extends Tallied {
  /** How many failed jobs the walk that goes on has looked at, of how many; both are the same when it is over. */
  readonly looked: number
  readonly total: number
  /** All has been read at least once: what is told is not only a beginning. */
  readonly complete: boolean
  /** When the last full walk ended, ISO time; null: there has been none. */
  readonly at: string | null
  /** Why it is not brought up to date; null: it is. */
  readonly error: string | null
}

/**
 * Knows which failures there are, by group, for whoever looks at them. It reads the failed jobs in the background, only
 * while somebody has looked within the last minute, and never more than a third of the time. After all have been read,
 * those that come are added, the newest of a queue first, as many as its registry has grown by; what is requeued or
 * deleted shows when all are read again, which is done by and by, sooner where a registry has shrunk.
 */
export class FailureIndex implements Service {
  readonly #options: Required<FailureIndexOptions>
  readonly #stopping = new AbortController()
  #seenMonoMs = -Infinity
  #running: Promise<void> | undefined
  /** The last full walk, with what has been added since. */
  #tally = new GroupTally()
  #complete = false
  #endedAtMs: number | null = null
  #dueMonoMs = -Infinity
  #walkMs = 0
  /** Of each queue, how many failed jobs have been looked at. */
  #known = new Map<string, number>()
  #looked = 0
  #total = 0
  #error: string | null = null
  #revision = 0

  /** Nothing is read before somebody looks. */
  constructor(options: FailureIndexOptions) {
    this.#options = { pause, ...options }
  }

  /** Nothing is to be done: it works while somebody looks. */
  start(): Promise<void> {
    return Promise.resolve()
  }

  /** Resolves when no step is under way. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
  }

  /** What is known now; and somebody looks. */
  snapshot(): FailureSnapshot {
    this.#seenMonoMs = this.#options.clock.monoMs()
    if (!this.#stopping.signal.aborted) {
      this.#running ??= this.#run().finally(() => {
        this.#running = undefined
      })
    }
    return {
      ...this.#tally.read(),
      looked: this.#looked,
      total: this.#total,
      complete: this.#complete,
      at: this.#endedAtMs === null ? null : new Date(this.#endedAtMs).toISOString(),
      error: this.#error,
    }
  }

  /** Another one each time when there is something new to tell. To ask for it is no look. */
  get revision(): number {
    return this.#revision
  }

  /** Many failed jobs have gone: read all again soon. */
  refresh(): void {
    this.#dueMonoMs = Math.min(this.#dueMonoMs, this.#options.clock.monoMs() + this.#walkMs)
  }

  #isWatched(): boolean {
    return !this.#stopping.signal.aborted && this.#options.clock.monoMs() - this.#seenMonoMs < WATCHED_MS
  }

  async #run(): Promise<void> {
    const { logger } = this.#options
    while (this.#isWatched()) {
      try {
        await this.#look()
        this.#error = null
      } catch (thrown) {
        const error = coerceError(thrown).message
        if (this.#error === null) logger.warn('failed jobs cannot be read for the dashboard', { error })
        this.#error = error
        // What the step before has added may be counted twice else.
        this.refresh()
      }
      if (this.#isWatched()) await this.#options.pause(NEW_MS, this.#stopping.signal)
    }
  }

  async #look(): Promise<void> {
    const counts = await this.#failedCounts()
    const isDue = !this.#complete || this.#options.clock.monoMs() >= this.#dueMonoMs
    if (isDue) await this.#readAll(counts)
    else await this.#readNew(counts)
  }

  async #failedCounts(): Promise<Map<string, number>> {
    const { queues } = await this.#options.data.call('info', { workers: false })
    return new Map(queues.flatMap(({ queue, failed }) => ((failed ?? 0) > 0 ? [[queue, failed ?? 0] as const] : [])))
  }

  async #readAll(counts: ReadonlyMap<string, number>): Promise<void> {
    const { clock } = this.#options
    const beganMonoMs = clock.monoMs()
    const tally = new GroupTally()
    const known = new Map<string, number>()
    // A first walk is shown from its beginning; later ones when they have ended.
    if (!this.#complete) this.#tally = tally
    this.#total = sum(counts)
    this.#looked = 0
    for (const queue of counts.keys()) {
      known.set(queue, await this.#readQueue(queue, Infinity, tally))
      if (!this.#isWatched()) return
    }
    this.#tally = tally
    this.#known = known
    this.#complete = true
    this.#total = this.#looked
    this.#revision++
    this.#endedAtMs = clock.epochMs()
    this.#walkMs = clock.monoMs() - beganMonoMs
    this.#dueMonoMs = clock.monoMs() + Math.min(AGAIN_MAX_MS, Math.max(AGAIN_MIN_MS, AGAIN_AFTER * this.#walkMs))
  }

  async #readNew(counts: ReadonlyMap<string, number>): Promise<void> {
    this.#total = sum(counts)
    for (const [queue, count] of counts) {
      const known = this.#known.get(queue) ?? 0
      // More may have come since it was counted: the next look finds them, since they are not noted here.
      if (count > known) {
        this.#known.set(queue, known + (await this.#readQueue(queue, count - known, this.#tally)))
        this.#revision++
      }
      if (!this.#isWatched()) return
    }
    for (const [queue, known] of this.#known) {
      const count = counts.get(queue) ?? 0
      if (count >= known) continue
      this.#known.set(queue, count)
      this.refresh()
    }
    this.#looked = sum(this.#known)
  }

  /** Read the newest failed jobs of a queue, `most` at most. @returns how many were looked at */
  async #readQueue(queue: string, most: number, tally: GroupTally): Promise<number> {
    const { data, clock } = this.#options
    let cursor: string | null = null
    let looked = 0
    do {
      const beganMonoMs = clock.monoMs()
      const limit = Math.min(STEP, most - looked)
      const step: Awaited<ReturnType<typeof readStep>> = await readStep(data, queue, cursor, limit)
      tally.add(step.groups)
      looked += step.looked
      this.#looked += step.looked
      cursor = step.cursor
      await this.#options.pause(REST * (clock.monoMs() - beganMonoMs), this.#stopping.signal)
    } while (cursor !== null && looked < most && this.#isWatched())
    return looked
  }
}

function readStep(data: FailureIndexOptions['data'], queue: string, cursor: string | null, limit: number) {
  return data.call('failures.step', { queues: [queue], cursor, limit })
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0
  for (const count of counts.values()) total += count
  return total
}
