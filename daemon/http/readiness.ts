import type { Status } from '../control/operations.js'

/** Whether a daemon can do work that comes now, and if not, why. */
export interface Readiness {
  readonly ready: boolean
  readonly reasons: readonly string[]
}

/** Ready: it takes jobs, Redis answers, and an executor lives that can run them. */
export function readinessOf({ state, redis, executors }: Pick<Status, 'state' | 'redis' | 'executors'>): Readiness {
  const reasons: string[] = []
  if (state !== 'running') reasons.push(`the daemon is ${state}`)
  if (!redis.connected) reasons.push('Redis does not answer')
  if (!executors.some((executor) => executor.state === 'idle' || executor.state === 'busy')) {
    reasons.push('no executor is up')
  }
  return { ready: reasons.length === 0, reasons }
}
