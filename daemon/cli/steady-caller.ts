import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../src/clock.js'
import { hasCode } from '../../src/errors.js'
import type { ParamsIn, Result } from '../control/protocol.js'
import type { DataMethodName } from '../data/methods.js'
import type { DataCaller } from '../data/caller.js'

/** Connects again where the other side has hung up. */
type Reconnect = () => Promise<DataCaller & { close(): void }>

/** What only looks, or may be repeated without harm: nobody asks for it twice because it was asked twice. */
const repeatable: ReadonlySet<DataMethodName> = new Set(['daemons', 'daemon.answer', 'upgrade.hold'])

const RETRY_MS = 250

/** Calls methods about data while whoever answers them comes and goes. An order is sent once; only looks are repeated. */
export class SteadyCaller implements DataCaller {
  readonly #reconnect: Reconnect | undefined
  readonly #patienceMs: number
  #hasAnswered = false
  #caller: (DataCaller & { close?: () => void }) | undefined

  /**
   * @param patienceMs for so long in a row whoever answers may be away, once they have been there: a daemon that is
   * restarted, Redis that fails over
   */
  constructor(caller: DataCaller & { close?: () => void }, patienceMs: number, reconnect?: Reconnect) {
    this.#caller = caller
    this.#reconnect = reconnect
    this.#patienceMs = patienceMs
  }

  /** @throws RqdError as the method does; RQD_UNREACHABLE or RQD_REDIS if nobody has answered for so long */
  async call<M extends DataMethodName>(method: M, params: ParamsIn<M>): Promise<Result<M>> {
    const deadlineMs = systemClock.monoMs() + this.#patienceMs
    for (;;) {
      try {
        this.#caller ??= await this.#reconnect?.()
        if (this.#caller === undefined) throw new Error('there is nobody to call')
        const answer = await this.#caller.call(method, params)
        this.#hasAnswered = true
        return answer
      } catch (thrown) {
        const isAway =
          hasCode(thrown, 'RQD_UNREACHABLE') || hasCode(thrown, 'RQD_REDIS') || hasCode(thrown, 'RQD_TIMEOUT')
        if (isAway && this.#reconnect !== undefined) this.close()
        if (!isAway || !this.#hasAnswered || !repeatable.has(method) || systemClock.monoMs() > deadlineMs) throw thrown
        await delay(RETRY_MS)
      }
    }
  }

  /** Hang up. */
  close(): void {
    this.#caller?.close?.()
    this.#caller = undefined
  }
}
