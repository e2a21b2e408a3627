import type { DaemonDocument } from '../../data/daemons.js'
import type { WorkerDocument } from '../../data/worker-row.js'

/** Workers that belong together. */
export interface WorkerGroup {
  /** `daemon`: the executors of one rqd daemon. `library`: a worker inside somebody's program. `rq`: Python RQ's. */
  readonly kind: 'daemon' | 'library' | 'rq'
  /** Of the daemon; of others the host. */
  readonly name: string
  readonly host: string | null
  readonly supervisor: string | null
  readonly workers: readonly WorkerDocument[]
}

const order: readonly WorkerGroup['kind'][] = ['daemon', 'library', 'rq']

/** Put executors with their daemons, other workers with their hosts: daemons first, then by name. */
export function groupWorkers(workers: readonly WorkerDocument[], daemons: readonly DaemonDocument[]): WorkerGroup[] {
  const bySupervisor = new Map(daemons.map((daemon) => [daemon.supervisor, daemon]))
  const groups = new Map<string, WorkerGroup & { workers: WorkerDocument[] }>()
  for (const worker of workers) {
    const daemon = worker.supervisor === null ? undefined : bySupervisor.get(worker.supervisor)
    const kind = daemon !== undefined ? 'daemon' : worker.supervisor === null ? 'rq' : 'library'
    const key = JSON.stringify([kind, daemon?.supervisor ?? worker.hostname])
    const group = groups.get(key)
    if (group !== undefined) group.workers.push(worker)
    else {
      const host = daemon?.host ?? worker.hostname
      const name = daemon?.name ?? host ?? 'an unknown host'
      groups.set(key, { kind, name, host, supervisor: daemon?.supervisor ?? null, workers: [worker] })
    }
  }
  return [...groups.values()].sort(
    (a, b) => order.indexOf(a.kind) - order.indexOf(b.kind) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  )
}
