import type { Clock } from '../../src/clock.js'

/** Jobs that begin so soon after one another are too short to be looked at one by one. */
const SHORT_MS = 1

/** So many changes may come together; after that, one each `REFILL_MS`: nobody reads faster, and short jobs pay nothing. */
const BURST = 4
const REFILL_MS = 250

/**
 * What `ps` and `top` show of an executor: `rqd: executor 2 idle`. Changes that come too fast are left out, but for the
 * last one, which is shown as soon as the event loop gets its turn.
 */
export class Title {
  readonly #clock: Clock
  readonly #set: (title: string) => void
  #who = ''
  #shown = ''
  #wanted = ''
  #func = ''
  #startedAtMs = 0
  #tokens = BURST
  #refilledMonoMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(clock: Clock, set: (title: string) => void) {
    this.#clock = clock
    this.#set = set
  }

  /** Name the slot that the executor serves by its RQ worker name: `NAME.2` is executor 2. */
  serve(worker: string): void {
    this.#who = /\.(\d+)$/.exec(worker)?.[1] ?? worker
    this.#shown = ''
  }

  /** A function was called at this time (epoch milliseconds), beside so many others. */
  running(func: string, id: string, atMs: number, others: number): void {
    // Among many short jobs of one function, only the function is shown: nobody could read the ids.
    const isOneOfMany = func === this.#func && atMs - this.#startedAtMs < SHORT_MS
    this.#func = func
    this.#startedAtMs = atMs
    const more = others > 0 ? ` and ${others} more` : ''
    this.show(isOneOfMany ? `running ${func}` : `running ${func} (${id})${more}`)
  }

  show(what: string): void {
    this.#wanted = what
    if (this.#timer !== undefined || what === this.#shown) return
    const nowMs = this.#clock.monoMs()
    const gained = Math.floor((nowMs - this.#refilledMonoMs) / REFILL_MS)
    if (gained > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + gained)
      this.#refilledMonoMs = nowMs
    }
    if (this.#tokens > 0) this.#write()
    else this.#timer = setTimeout(() => this.#later(), REFILL_MS).unref()
  }

  #later(): void {
    this.#timer = undefined
    this.show(this.#wanted)
  }

  #write(): void {
    this.#tokens -= 1
    this.#shown = this.#wanted
    this.#set(`rqd: executor ${this.#who} ${this.#wanted}`)
  }
}
