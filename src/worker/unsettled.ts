import type { Ending } from './ending.js'

/** Most jobs settled by one call of a script. */
const MAX_BATCH = 200

/**
 * Endings that Redis has not confirmed, and which of them are written next. All but hand-backs go first come, first
 * served, and several batches may be under way at once. Hand-backs go last first, because each call puts its jobs
 * before those of the call before; a batch that has any must be the only one under way.
 */
export class Unsettled {
  // All by execution, the oldest first. An execution ends once.
  readonly #waiting = new Map<string, Ending>()
  /** Under way. Hand-backs are not: they keep their place among the others until they are confirmed. */
  readonly #sent = new Map<string, Ending>()
  #handBacks = new Map<string, Ending>()
  /** Those that Redis cannot take until somebody mends a key. They wait apart, so that they hold up no other. */
  readonly #refused = new Map<string, Ending>()

  get size(): number {
    return this.ready + this.#sent.size + this.#refused.size
  }

  /** How many are to be written and not under way, hand-backs in any case. */
  get ready(): number {
    return this.#waiting.size + this.#handBacks.size
  }

  get handBacks(): number {
    return this.#handBacks.size
  }

  get refused(): number {
    return this.#refused.size
  }

  has(execution: string): boolean {
    const places = [this.#waiting, this.#sent, this.#handBacks, this.#refused]
    return places.some((place) => place.has(execution))
  }

  add(ending: Ending): void {
    const place = ending.settlement.kind === 'hand-back' ? this.#handBacks : this.#waiting
    place.set(ending.job.execution, ending)
  }

  /** What is written next, at least one: a batch, or a single ending. It counts as under way from now on. */
  next(alone: boolean): Ending[] {
    const batch: Ending[] = []
    const most = alone ? 1 : MAX_BATCH
    for (const [execution, ending] of this.#waiting) {
      if (batch.length >= most) break
      batch.push(ending)
      this.#waiting.delete(execution)
      this.#sent.set(execution, ending)
    }
    if (this.#handBacks.size === 0 || (alone && batch.length > 0)) return batch
    return [...batch, ...[...this.#handBacks.values()].slice(-most)]
  }

  /** Redis has confirmed it. */
  done({ job, settlement }: Ending): void {
    const place = settlement.kind === 'hand-back' ? this.#handBacks : this.#sent
    place.delete(job.execution)
  }

  /** Redis cannot take it now, for a reason of its own. */
  refuse(ending: Ending): void {
    this.done(ending)
    this.#refused.set(ending.job.execution, ending)
  }

  retryRefused(): void {
    for (const ending of this.#refused.values()) this.add(ending)
    this.#refused.clear()
  }

  /** Endings whose fate is unknown, or that could not be sent. `alone`: what was tried by itself goes to the end. */
  putBack(endings: readonly Ending[], alone: boolean): void {
    for (const ending of endings) {
      const { execution } = ending.job
      if (ending.settlement.kind === 'hand-back') {
        if (alone) this.#handBacks = new Map([[execution, ending], ...this.#handBacks])
      } else {
        this.#sent.delete(execution)
        this.#waiting.set(execution, ending)
      }
    }
  }
}
