import { RqdError } from '../../src/errors.js'
import type { FromExecutor } from './messages.js'

/** What an executor may say at any time: that it cannot work, or is about to end. */
const always: readonly FromExecutor['type'][] = ['fatal', 'leaving']

/** The order in which an executor begins to talk: `hello`, then `ready`, each once, and everything else behind them. */
export class Opening {
  #next: 'hello' | 'ready' | null = 'hello'

  /** @throws RqdError RQD_PROTOCOL for a message that may not come now */
  check(type: FromExecutor['type']): void {
    if (type === this.#next) this.#next = type === 'hello' ? 'ready' : null
    else if (!always.includes(type)) {
      if (this.#next !== null) throw new RqdError('RQD_PROTOCOL', `bad order: ${type} came before ${this.#next}`)
      if (type === 'hello' || type === 'ready') throw new RqdError('RQD_PROTOCOL', `bad order: ${type} came twice`)
    }
  }
}
