import { OomWatch } from './oom-watch.js'
import { Pool } from './pool.js'
import type { PoolListener, PoolOptions } from './pool-options.js'
import { slotPolicyFor } from './slot-policy.js'
import type { SupervisorOptions } from './supervisor-options.js'

/** How often executors tell what they use. */
const STATS_INTERVAL_MS = 1_000

/** What of a supervisor's options is about its executors. */
export type ExecutorOptions = Pick<
  SupervisorOptions,
  | 'spares'
  | 'taskPaths'
  | 'preload'
  | 'custom'
  | 'concurrency'
  | 'recycle'
  | 'spawn'
  | 'clock'
  | 'random'
  | 'logger'
  | 'events'
  | 'output'
>

/** The pool of a daemon with these options, with one slot for each of the workers. `aheadMs`: as the pool has it. */
export function newPool(
  options: ExecutorOptions & Pick<PoolOptions, 'prefix'>,
  workers: readonly string[],
  listener: PoolListener,
  aheadMs?: () => number,
): Pool {
  return new Pool({
    workers,
    spares: options.spares,
    taskPaths: options.taskPaths,
    preload: options.preload,
    custom: options.custom,
    prefix: options.prefix,
    statsIntervalMs: STATS_INTERVAL_MS,
    policy: { ...slotPolicyFor(options.custom), concurrency: options.concurrency },
    recycle: options.recycle,
    spawn: options.spawn,
    oomWatch: new OomWatch(),
    clock: options.clock,
    random: options.random,
    logger: options.logger,
    events: options.events,
    output: options.output,
    listener,
    aheadMs,
  })
}
