import { coerceError } from './errors.js'
import type { Logger } from './logger.js'

/** What is looked at again and again, and how trouble with it is told. */
export interface LooksOptions {
  /** One look. Resolves with when the next is due, milliseconds from then. */
  readonly look: () => Promise<number>
  /** When the next is due after one that failed, milliseconds from then. */
  readonly retryMs: number
  readonly logger: Logger
  /** What is logged when looks begin to fail, and when one goes well again. */
  readonly failing: string
  readonly recovered: string
}

type State = 'new' | 'started' | 'stopped'

/** Looks once and again until it is stopped, never twice at a time. A look that fails ends nothing. */
export class Looks {
  readonly #options: LooksOptions
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #state: State = 'new'
  #isFailing = false

  constructor(options: LooksOptions) {
    this.#options = options
  }

  /** Resolves after the first look, whether that went well or not. */
  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'started'
    this.#running = this.#turn()
    await this.#running
  }

  /** Resolves when no look is under way. @returns the state before */
  async stop(): Promise<State> {
    const before = this.#state
    this.#state = 'stopped'
    clearTimeout(this.#timer)
    await this.#running
    return before
  }

  async #turn(): Promise<void> {
    const delayMs = await this.#look()
    if (this.#state !== 'started') return
    this.#timer = setTimeout(() => {
      this.#running = this.#turn()
    }, delayMs)
  }

  async #look(): Promise<number> {
    const { look, retryMs, logger, failing, recovered } = this.#options
    try {
      const delayMs = await look()
      if (this.#isFailing) logger.info(recovered)
      this.#isFailing = false
      return delayMs
    } catch (thrown) {
      if (!this.#isFailing) logger.warn(failing, { error: coerceError(thrown).message })
      this.#isFailing = true
      return retryMs
    }
  }
}
