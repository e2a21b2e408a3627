import type { ExecutorProcess, SpawnExecutor } from './spawn.js'

/**
 * Executors that are started before there is a pool: they load while the daemon does, and wait for its hello. Whoever
 * made them ends those that nobody took, however the start of the daemon ended.
 */
export class EarlyExecutors {
  readonly #spawn: SpawnExecutor
  readonly #waiting: ExecutorProcess[] = []

  /** Start `count` of them; fewer if the system refuses, which whoever needs one will hear. */
  constructor(spawn: SpawnExecutor, count: number) {
    this.#spawn = spawn
    try {
      for (let i = 0; i < count; i++) this.#waiting.push(spawn())
    } catch {
      // The pool tries again, and knows what to do when it fails.
    }
  }

  /** One of those that wait, or else a new one. @throws RqdError RQD_EXECUTOR */
  readonly take: SpawnExecutor = () => this.#waiting.shift() ?? this.#spawn()

  /** Kill those that still wait. Resolves when they have ended. */
  async end(): Promise<void> {
    const left = this.#waiting.splice(0)
    for (const executor of left) {
      executor.channel.close()
      executor.signal('SIGKILL')
    }
    await Promise.all(left.map(({ ended }) => ended))
  }
}

/**
 * How many to start early. Beyond the number of cores they would only hold each other up. None where the option is no
 * such number: it is going to be refused.
 * @param asked `--executors` as it was written; undefined if it was not
 */
export function earlyCount(asked: unknown, cores: number): number {
  const count = asked === undefined ? cores : Number(asked)
  return Number.isInteger(count) && count > 0 ? Math.min(count, cores) : 0
}
