import { ControlClient } from '../daemon/control/client.js'
import type { Fleet } from './fleet.js'

/**
 * The counters of all daemons as they last told them over their sockets. A daemon counts from its start, so the last
 * words of each life are summed; what happened between them and a kill is not in it.
 */
export class CounterWatch {
  readonly #lives = new Map<number, Readonly<Record<string, number>>>()

  /** Ask everybody now. Who does not answer is left out. */
  async look(fleet: Fleet): Promise<void> {
    const sockets = fleet.units.map(({ process }) => process.program.socket).filter((path) => path !== undefined)
    await Promise.all(sockets.map((path) => this.#ask(path).catch(() => undefined)))
  }

  get sums(): Readonly<Record<string, number>> | undefined {
    if (this.#lives.size === 0) return undefined
    const sums: Record<string, number> = {}
    for (const counters of this.#lives.values()) {
      for (const [name, n] of Object.entries(counters)) sums[name] = (sums[name] ?? 0) + n
    }
    return sums
  }

  async #ask(path: string): Promise<void> {
    const client = await ControlClient.connect(path, { timeoutMs: 500 })
    try {
      const { pid, counters } = await client.call('status', {})
      this.#lives.set(pid, { ...counters })
    } finally {
      client.close()
    }
  }
}
