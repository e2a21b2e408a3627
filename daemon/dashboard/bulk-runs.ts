import type { Clock } from '../../src/clock.js'
import { RqdError, coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import type { Random } from '../../src/random.js'
import type { DataCaller } from '../data/caller.js'
import { type BulkKind, type BulkRefusal, type BulkRequest, bulkSteps, checkRequest } from './bulk-run.js'
import { type Pause, pause } from './pause.js'

/** How long a run can be undone before it does anything. */
export const UNDO_MS = 10_000
/** Runs that have not ended. */
const MOST_ACTIVE = 20
/** Ended ones that are remembered, and how long. */
const MOST_ENDED = 50
const REMEMBER_MS = 3_600_000
/** Refusals that are told of one by one. */
const MOST_REFUSALS = 20

/** Waiting can be undone; stopped were ended half-way; failed ended by an error of Redis. */
export type BulkState = 'waiting' | 'running' | 'done' | 'undone' | 'stopped' | 'failed'

/** A run, as it stands. */
export interface BulkRun {
  readonly id: string
  readonly kind: BulkKind
  readonly by: string
  /** What it is about, in words; empty if nobody has said. */
  readonly about: string
  /** How many jobs it looks at, as far as is known. */
  readonly total: number | null
  readonly state: BulkState
  /** How long it can be undone yet, milliseconds; 0 from when it runs. */
  readonly undoMs: number
  /** Jobs looked at, requeued or deleted, and refused. */
  readonly looked: number
  readonly done: number
  readonly refused: number
  /** Some of the refused. */
  readonly refusals: readonly BulkRefusal[]
  /** ISO times. */
  readonly askedAt: string
  readonly endedAt: string | null
  /** Why it failed. */
  readonly error: string | null
}

/** What bulk runs need. */
export interface BulkRunsOptions {
  readonly data: Pick<DataCaller, 'call'>
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  /** Told when a run has ended that has done something. */
  readonly onEnd?: (run: BulkRun) => void
  readonly undoMs?: number
  readonly pause?: Pause
}

interface Run {
  readonly id: string
  readonly request: BulkRequest
  readonly askedAtMs: number
  readonly askedMonoMs: number
  readonly ending: AbortController
  state: BulkState
  looked: number
  done: number
  refused: number
  refusals: BulkRefusal[]
  endedAtMs: number | undefined
  endedMonoMs: number | undefined
  error: string | undefined
}

/**
 * Requeues or deletes many jobs, in steps, for whoever watches. Each run waits some seconds first, in which it can be
 * undone: nothing has happened then.
 */
export class BulkRuns {
  readonly #options: Required<BulkRunsOptions>
  readonly #runs = new Map<string, Run>()
  readonly #working = new Set<Promise<void>>()
  #closed = false

  constructor(options: BulkRunsOptions) {
    this.#options = { undoMs: UNDO_MS, pause, onEnd: () => undefined, ...options }
  }

  /**
   * Do it, after the time in which it can be undone. @param by who wants it, for those who see the run
   * @returns the id of the run
   * @throws RqdError RQD_BAD_OPTION for what cannot be meant, and where too many have not ended
   */
  start(wanted: Omit<BulkRequest, 'by'>, by: string): string {
    return this.#begin({ ...wanted, by })
  }

  /** Undo a run that waits yet. @returns false if it has begun, or ended. @throws RqdError RQD_BAD_OPTION */
  undo(id: string): boolean {
    const run = this.#find(id)
    if (run.state !== 'waiting') return false
    this.#end(run, 'undone')
    return true
  }

  /** End a run after the step that it is at; what waits is undone. @throws RqdError RQD_BAD_OPTION */
  stop(id: string): void {
    const run = this.#find(id)
    if (run.state === 'waiting') this.#end(run, 'undone')
    else if (run.state === 'running') run.ending.abort()
  }

  /** One run. @throws RqdError RQD_BAD_OPTION if there is none of this id, or none any more */
  get(id: string): BulkRun {
    return this.#show(this.#find(id))
  }

  /** All that are remembered, the newest first. */
  list(): BulkRun[] {
    this.#forget()
    return [...this.#runs.values()].map((run) => this.#show(run)).reverse()
  }

  /** Drop what waits yet, and end what runs after the step that it is at. */
  async close(): Promise<void> {
    this.#closed = true
    for (const { id } of [...this.#runs.values()]) this.stop(id)
    await Promise.all(this.#working)
  }

  #begin(request: BulkRequest): string {
    const { clock, random } = this.#options
    checkRequest(request)
    this.#forget()
    const active = [...this.#runs.values()].filter(({ endedAtMs }) => endedAtMs === undefined).length
    if (this.#closed || active >= MOST_ACTIVE) {
      const found = this.#closed ? 'the dashboard is about to end' : `${active} runs have not ended yet`
      throw new RqdError('RQD_BAD_OPTION', `bulk run: ${found}; expected less than ${MOST_ACTIVE}: try again later`)
    }
    const run: Run = {
      id: random.hex(16),
      request,
      askedAtMs: clock.epochMs(),
      askedMonoMs: clock.monoMs(),
      ending: new AbortController(),
      state: 'waiting',
      looked: 0,
      done: 0,
      refused: 0,
      refusals: [],
      endedAtMs: undefined,
      endedMonoMs: undefined,
      error: undefined,
    }
    this.#runs.set(run.id, run)
    const working = this.#work(run).finally(() => this.#working.delete(working))
    this.#working.add(working)
    return run.id
  }

  async #work(run: Run): Promise<void> {
    const { data, clock, logger, undoMs } = this.#options
    const { signal } = run.ending
    await this.#options.pause(undoMs, signal)
    if (signal.aborted) return
    run.state = 'running'
    try {
      let beganMonoMs = clock.monoMs()
      for await (const { looked, done, refusals } of bulkSteps(data, run.request, run.askedAtMs)) {
        run.looked += looked
        run.done += done
        run.refused += refusals.length
        run.refusals.push(...refusals.slice(0, MOST_REFUSALS - run.refusals.length))
        // As long as the step took: others are to get on, too.
        if (!isAborted(signal)) await this.#options.pause(clock.monoMs() - beganMonoMs, signal)
        // It may have been told to end meanwhile, in the step or after it.
        if (isAborted(signal)) {
          this.#end(run, 'stopped')
          return
        }
        beganMonoMs = clock.monoMs()
      }
      this.#end(run, 'done')
    } catch (thrown) {
      run.error = coerceError(thrown).message
      logger.warn('a bulk run ended by an error', { run: run.id, done: run.done, error: run.error })
      this.#end(run, 'failed')
    }
  }

  #end(run: Run, state: BulkState): void {
    const { clock, onEnd } = this.#options
    run.state = state
    run.endedAtMs = clock.epochMs()
    run.endedMonoMs = clock.monoMs()
    run.ending.abort()
    if (run.done > 0) onEnd(this.#show(run))
  }

  #find(id: string): Run {
    this.#forget()
    const run = this.#runs.get(id)
    if (run !== undefined) return run
    const text = `bulk run ${JSON.stringify(id)} is not known; expected one that was started within the last hour`
    throw new RqdError('RQD_BAD_OPTION', text)
  }

  #forget(): void {
    const nowMonoMs = this.#options.clock.monoMs()
    const ended = [...this.#runs.values()].filter(({ endedMonoMs }) => endedMonoMs !== undefined)
    ended.forEach(({ id, endedMonoMs = nowMonoMs }, i) => {
      if (ended.length - i > MOST_ENDED || nowMonoMs - endedMonoMs > REMEMBER_MS) this.#runs.delete(id)
    })
  }

  #show({ id, request: { kind, by, about = '', total }, state, ...run }: Run): BulkRun {
    const { clock, undoMs } = this.#options
    const leftMs = state === 'waiting' ? Math.max(0, run.askedMonoMs + undoMs - clock.monoMs()) : 0
    return {
      id,
      kind,
      by,
      about,
      total: total ?? null,
      state,
      undoMs: leftMs,
      looked: run.looked,
      done: run.done,
      refused: run.refused,
      refusals: [...run.refusals],
      askedAt: new Date(run.askedAtMs).toISOString(),
      endedAt: run.endedAtMs === undefined ? null : new Date(run.endedAtMs).toISOString(),
      error: run.error ?? null,
    }
  }
}

/** The compiler takes an answer for one that lasts. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted
}
