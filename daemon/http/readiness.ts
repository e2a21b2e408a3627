import type { Status, TenantStatus } from '../control/operations.js'

/** Whether a daemon can do work that comes now, and if not, why. */
export interface Readiness {
  readonly ready: boolean
  readonly reasons: readonly string[]
}

/** Tenants that are named; of more it is told how many there are. */
const MOST_NAMES = 20

/**
 * Ready: it takes jobs, Redis answers, and an executor lives that can run them. With tenants, the daemon as a whole
 * can work as long as Redis answers for one of them; the others are reasons all the same.
 */
export function readinessOf({
  state,
  redis,
  executors,
  tenants,
}: Pick<Status, 'state' | 'redis' | 'executors' | 'tenants'>): Readiness {
  const reasons: string[] = []
  if (state !== 'running') reasons.push(`the daemon is ${state}`)
  const away = tenants?.filter(({ connected }) => !connected) ?? []
  const isAway = tenants === undefined ? !redis.connected : away.length === tenants.length
  if (isAway) reasons.push(tenants === undefined ? 'Redis does not answer' : 'Redis does not answer for any tenant')
  if (!executors.some((executor) => executor.state === 'idle' || executor.state === 'busy')) {
    reasons.push('no executor is up')
  }
  const ready = reasons.length === 0
  return { ready, reasons: isAway || away.length === 0 ? reasons : [...reasons, awayText(away)] }
}

function awayText(tenants: readonly TenantStatus[]): string {
  const names = tenants.slice(0, MOST_NAMES).map(({ name }) => name)
  const more = tenants.length > names.length ? ` and ${tenants.length - names.length} more` : ''
  return `Redis does not answer for ${tenants.length === 1 ? 'tenant' : 'tenants'} ${names.join(', ')}${more}`
}
