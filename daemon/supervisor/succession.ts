import type { Logger } from '../../src/logger.js'
import type { Recoverer } from '../../src/maintenance/recoverer.js'
import type { Store } from '../../src/redis/store.js'
import { isProvedDead, type ProcessIdentity } from '../host.js'
import { killOrphans } from './orphans.js'

/**
 * Take over at once from daemons of this machine that are proved dead (our own predecessor, as a rule), without
 * waiting for their leases: end their orphans first, then put their jobs back to the front of their queues.
 * @returns the number of jobs. @throws RqdError RQD_REDIS
 */
export async function succeedDeadNeighbours(
  store: Store,
  recoverer: Recoverer,
  here: ProcessIdentity,
  logger: Logger,
): Promise<number> {
  let jobs = 0
  for (const { id, record } of await store.listSupervisors()) {
    if (!isProvedDead(identityOf(record), here)) continue
    const orphans = await killOrphans(record['daemon_id'] ?? '')
    const recovered = await recoverer.recover(id, true)
    jobs += recovered
    logger.warn('took over from a dead daemon of this machine', {
      name: record['name'],
      pid: record['pid'],
      jobs: recovered,
      orphans: orphans.join(','),
    })
  }
  return jobs
}

/** The identity in a supervisor's record, as registration.ts wrote it. */
export function identityOf(record: Readonly<Record<string, string>>): ProcessIdentity {
  const text = (field: string): string | null => (record[field] === '' ? null : (record[field] ?? null))
  return {
    host: record['host'] ?? '',
    bootId: text('boot_id'),
    pidNamespace: text('pid_namespace'),
    pid: Number(record['pid'] ?? 0),
    startTicks: text('start_ticks'),
  }
}
