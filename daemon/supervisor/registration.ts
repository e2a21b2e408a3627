import { formatIso } from '../../src/job/time.js'
import type { Registration } from '../../src/redis/store.js'
import { rqDefaults } from '../../src/rq-defaults.js'
import type { ProcessIdentity } from '../host.js'

/** The RQ line whose worker data we write: readers look at it, and 2.x is the newest. */
const RQ_VERSION_SPOKEN = '2.10.0'

/** Names of the executor slots as RQ workers: the daemon's name alone for one, numbered for more. */
export function workerNames(name: string, executors: number): string[] {
  return executors === 1 ? [name] : Array.from({ length: executors }, (_, i) => `${name}.${i + 1}`)
}

/** What a supervisor writes about itself and its workers when it registers. */
export function registration(daemon: {
  supervisorId: string
  /** Marks the processes of this daemon, whatever id its lease has. */
  daemonId: string
  name: string
  version: string
  identity: ProcessIdentity
  /** As Redis sees this side: `host:port`, or `unknown`. */
  ipAddress: string
  queues: readonly string[]
  workers: readonly string[]
  leaseMs: number
  nowMs: number
}): Registration {
  const { supervisorId, identity, queues, leaseMs } = daemon
  const nowIso = formatIso(daemon.nowMs)
  return {
    supervisorId,
    leaseMs,
    workerTtlSec: rqDefaults.workerTtlSec,
    queues,
    supervisorFields: {
      name: daemon.name,
      daemon_id: daemon.daemonId,
      host: identity.host,
      boot_id: identity.bootId ?? '',
      pid_namespace: identity.pidNamespace ?? '',
      pid: String(identity.pid),
      start_ticks: identity.startTicks ?? '',
      version: daemon.version,
      lease_ms: String(leaseMs),
      born_at: nowIso,
      // Whoever takes over buries the workers too.
      workers: JSON.stringify(daemon.workers),
      queues: JSON.stringify(queues),
    },
    workers: daemon.workers.map((name) => ({
      name,
      fields: {
        birth: nowIso,
        last_heartbeat: nowIso,
        queues: queues.join(','),
        pid: String(identity.pid),
        hostname: identity.host,
        ip_address: daemon.ipAddress,
        version: RQ_VERSION_SPOKEN,
        // RQ's viewers print this field as it is.
        python_version: `rqd ${daemon.version} (node ${process.version})`,
        state: 'started',
        rqd_supervisor: supervisorId,
      },
    })),
  }
}
