import type { QueueStatus, Status } from '../../control/operations.js'

/** What changed per second between two looks at a daemon. */
export interface Rates {
  readonly counters: Readonly<Partial<Record<string, number>>>
  /** Jobs that wait, by `queueKey`: below 0 where there are fewer now. */
  readonly queues: Readonly<Partial<Record<string, number>>>
}

/** Tenants have queues of the same names. No name of a tenant has a blank. */
export function queueKey({ name, tenant }: Pick<QueueStatus, 'name' | 'tenant'>): string {
  return tenant === undefined ? name : `${tenant} ${name}`
}

/** By the daemon's own clock. Undefined if there is nothing to compare with: the first look, or another daemon since. */
export function ratesBetween(before: Status | undefined, now: Status): Rates | undefined {
  if (before?.pid !== now.pid) return undefined
  const spanSec = now.uptimeSec - before.uptimeSec
  if (spanSec <= 0) return undefined
  const old = new Map(Object.entries(before.counters))
  const counters = Object.entries(now.counters).map(([name, count]): [string, number] => [
    name,
    (count - (old.get(name) ?? count)) / spanSec,
  ])
  // A process id comes again where a daemon is always the first in its container.
  if (counters.some(([, rate]) => rate < 0)) return undefined
  const depths = new Map(before.queues.map((row) => [queueKey(row), row.depth]))
  const queues = now.queues.flatMap((row): [string, number][] => {
    const { depth } = row
    const oldDepth = depths.get(queueKey(row)) ?? null
    return depth === null || oldDepth === null ? [] : [[queueKey(row), (depth - oldDepth) / spanSec]]
  })
  return { counters: Object.fromEntries(counters), queues: Object.fromEntries(queues) }
}
