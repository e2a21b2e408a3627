import type { TenantStatus } from '../../daemon/control/operations.js'
import { newCounters } from '../../src/worker/counters.js'

/** What a daemon says of a tenant for which it works, and has done nothing so far. */
export function tenantStatus(name: string, fields: Partial<TenantStatus> = {}): TenantStatus {
  return {
    name,
    weight: 1,
    state: 'running',
    connected: true,
    roundTripMs: 0.4,
    running: 0,
    counters: newCounters(),
    ...fields,
  }
}
