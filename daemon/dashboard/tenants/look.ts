import type { Status, TenantStatus } from '../../control/operations.js'

/** A tenant, as the list shows it. */
export interface TenantLook extends TenantStatus {
  /** Jobs that wait on its queues; null while its Redis does not answer. */
  readonly waiting: number | null
}

/** The tenants that a status tells of. */
export function tenantsOf({ tenants = [], queues }: Pick<Status, 'tenants' | 'queues'>): TenantLook[] {
  const waiting = new Map<string | undefined, number | null>()
  for (const { tenant, depth } of queues) {
    const before = waiting.get(tenant) ?? (waiting.has(tenant) ? null : 0)
    waiting.set(tenant, before === null || depth === null ? null : before + depth)
  }
  return tenants.map((tenant) => ({ ...tenant, waiting: waiting.get(tenant.name) ?? null }))
}

/** What the list shows, in short: while it stays the same, the list has nothing new to show. */
export function fingerprintOfTenants(looks: readonly TenantLook[]): string {
  return JSON.stringify(looks.map(({ roundTripMs: _, ...rest }) => rest))
}
