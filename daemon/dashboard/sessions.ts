import type { Clock } from '../../src/clock.js'
import type { Visitor } from './visitor.js'

/** After so long without a request, a visitor has to show the token again. */
const IDLE_LIMIT_MS = 12 * 3600 * 1000
/** The oldest goes when there are more. */
const MOST_SESSIONS = 1_000

interface Session {
  readonly visitor: Visitor
  lastMonoMs: number
}

/** Who has shown a token, by the id in the visitor's cookie. They end with the process. */
export class Sessions {
  readonly #clock: Clock
  readonly #byId = new Map<string, Session>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  open(id: string, visitor: Visitor): void {
    const [oldest] = this.#byId.keys()
    if (this.#byId.size >= MOST_SESSIONS && oldest !== undefined) this.#byId.delete(oldest)
    this.#byId.set(id, { visitor, lastMonoMs: this.#clock.monoMs() })
  }

  find(id: string): Visitor | undefined {
    const session = this.#byId.get(id)
    if (session === undefined) return undefined
    const nowMs = this.#clock.monoMs()
    // Asked for again, it is the youngest.
    this.#byId.delete(id)
    if (nowMs - session.lastMonoMs > IDLE_LIMIT_MS) return undefined
    session.lastMonoMs = nowMs
    this.#byId.set(id, session)
    return session.visitor
  }

  close(id: string): void {
    this.#byId.delete(id)
  }
}
