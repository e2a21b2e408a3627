import { setTimeout as delay } from 'node:timers/promises'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import type { Commands } from '../../src/worker/commands.js'
import type { Pool } from './pool.js'
import type { Presence } from './presence.js'

/** How often it is looked whether an executor has ended. */
const LOOK_MS = 20
/** Between two attempts, while Redis does not answer. */
const RETRY_MS = 1_000

export interface BurialOptions {
  pool: Pick<Pool, 'retiring'>
  presence: Pick<Presence, 'workers' | 'dismiss'>
  commands: Pick<Commands, 'serve'>
  /** Resolves when what jobs have come to is in Redis, or nobody waits for it any more. */
  settled: () => Promise<unknown>
  logger: Logger
  /** Nothing is buried any more once this is aborted: the daemon deregisters as a whole. */
  signal: AbortSignal
}

/** Ends the RQ workers of slots that were given up, each when its executor has ended and its last job is stored. */
export class Burial {
  readonly #options: BurialOptions
  readonly #waiting = new Set<string>()
  #isRunning = false

  constructor(options: BurialOptions) {
    this.#options = options
  }

  /** How many workers are left to be buried. */
  get waiting(): number {
    return this.#waiting.size
  }

  /** The slots of these workers are given up. */
  add(workers: readonly string[]): void {
    for (const worker of workers) this.#waiting.add(worker)
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    const { pool, signal, logger } = this.#options
    let complained = false
    this.#isRunning = true
    while (this.#waiting.size > 0 && !signal.aborted) {
      const alive = new Set(pool.retiring().map(({ worker }) => worker))
      const ended = [...this.#waiting].filter((worker) => !alive.has(worker))
      try {
        if (ended.length > 0) await this.#bury(ended)
        else await delay(LOOK_MS)
      } catch (thrown) {
        if (!complained) logger.error('workers could not be deregistered yet', { error: coerceError(thrown).message })
        complained = true
        await delay(RETRY_MS, undefined, { signal }).catch(() => undefined)
      }
    }
    this.#isRunning = false
  }

  async #bury(workers: readonly string[]): Promise<void> {
    const { presence, commands, settled, signal, logger } = this.#options
    await settled()
    if (signal.aborted) return
    await presence.dismiss(workers)
    for (const worker of workers) this.#waiting.delete(worker)
    logger.info('executors have ended, their workers are deregistered', { workers: workers.join(',') })
    await commands.serve(presence.workers)
  }
}
