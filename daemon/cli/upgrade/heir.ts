import type { DaemonDocument } from '../../data/daemons.js'

type Known = Pick<DaemonDocument, 'name' | 'host' | 'queues'>

/**
 * Whether a daemon stands for another one that has ended: it was not there before, and has its name, or, where names are
 * made up at each start, its host and its queues.
 * @param before ids of the leases of all that were there when that one was told to end
 */
export function isHeir(daemon: DaemonDocument, of: Known, before: ReadonlySet<string>): boolean {
  if (!daemon.alive || before.has(daemon.supervisor)) return false
  if (daemon.name === of.name) return true
  return daemon.host === of.host && sorted(daemon.queues) === sorted(of.queues)
}

/** Whether a daemon takes jobs, or would if its queues were open: all its executors are up. */
export function isReady({ state, executors }: Pick<DaemonDocument, 'state' | 'executors'>): boolean {
  const isUp = state === 'running' || state === 'paused' || state === 'suspended'
  return isUp && executors.total > 0 && executors.idle + executors.busy >= executors.total
}

function sorted(queues: readonly string[]): string {
  return JSON.stringify([...queues].sort())
}
