import { version as nodeVersion } from 'node:process'
import { formatIso } from '../job/time.js'
import type { Registration } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'

/**
 * What proves a process to be the one that was meant: a pid alone may belong to another process by now. The parts
 * that come from Linux's /proc are null where there is none.
 */
export interface ProcessIdentity {
  readonly host: string
  /** Changes with every boot of the machine. */
  readonly bootId: string | null
  /** In which namespace the pid counts: two containers of one machine have different ones. */
  readonly pidNamespace: string | null
  readonly pid: number
  /** Clock ticks between boot and the process's start. */
  readonly startTicks: string | null
}

/** The RQ line whose worker data we write: readers look at it, and 2.x is the newest. */
const RQ_VERSION_SPOKEN = '2.10.0'

/** Names of the executor slots as RQ workers: the daemon's name alone for one, numbered for more. */
export function workerNames(name: string, executors: number): string[] {
  return executors === 1 ? [name] : Array.from({ length: executors }, (_, i) => `${name}.${i + 1}`)
}

/**
 * Names for slots that are added: of the numbers from 1 on, the first that are free. One that has the daemon's name
 * alone counts as number 1.
 * @param taken names in use
 */
export function furtherNames(name: string, taken: readonly string[], count: number): string[] {
  const free: string[] = []
  for (let number = 1; free.length < count; number++) {
    const numbered = `${name}.${number}`
    if (!taken.includes(numbered) && !(number === 1 && taken.includes(name))) free.push(numbered)
  }
  return free
}

/** What a supervisor writes about its workers. */
export interface RegisteredDaemon {
  readonly supervisorId: string
  readonly version: string
  readonly identity: ProcessIdentity
  /** As Redis sees this side: `host:port`, or `unknown`. */
  readonly ipAddress: string
  readonly queues: readonly string[]
  readonly nowMs: number
}

/** A worker as it stands in Redis when it is new. */
export function newWorker(name: string, daemon: RegisteredDaemon): Registration['workers'][number] {
  const { identity } = daemon
  const nowIso = formatIso(daemon.nowMs)
  return {
    name,
    fields: {
      birth: nowIso,
      last_heartbeat: nowIso,
      queues: daemon.queues.join(','),
      pid: String(identity.pid),
      hostname: identity.host,
      ip_address: daemon.ipAddress,
      version: RQ_VERSION_SPOKEN,
      // RQ's viewers print this field as it is.
      python_version: `rqd ${daemon.version} (node ${nodeVersion})`,
      state: 'started',
      rqd_supervisor: daemon.supervisorId,
    },
  }
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
  /** Whether it takes orders through Redis; left out by what is no daemon. */
  takesOrders?: boolean
  nowMs: number
  /** It writes what its workers do into the history. */
  recordsHistory?: boolean | undefined
}): Registration {
  const { supervisorId, identity, queues, leaseMs, recordsHistory = false } = daemon
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
      ...(daemon.takesOrders === undefined ? {} : { orders: daemon.takesOrders ? '1' : '0' }),
      // Its workers' counts are not looked up by who samples the fleet.
      ...(recordsHistory ? { history: '1' } : {}),
    },
    workers: daemon.workers.map((name) => newWorker(name, daemon)),
  }
}
