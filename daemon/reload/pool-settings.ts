import type { Config } from '../config/schema.js'
import type { CustomSettings } from '../ipc/custom-settings.js'
import type { RecyclePolicy } from '../supervisor/lifetime.js'
import type { PoolSettings } from '../supervisor/pool-options.js'
import { slotPolicyFor } from '../supervisor/slot-policy.js'
import type { SpawnExecutor } from '../supervisor/spawn.js'

/** What a configuration says about executors. */
export function poolSettings(config: Config, custom: CustomSettings | undefined, spawn: SpawnExecutor): PoolSettings {
  return {
    taskPaths: config.path,
    preload: config.preload,
    custom,
    spares: config.spares,
    recycle: recyclePolicy(config),
    policy: { ...slotPolicyFor(custom), concurrency: config.concurrency },
    spawn,
  }
}

/** When executors are replaced. */
export function recyclePolicy({ recycleJobs, recycleRssMb, recycleAgeSec, fresh }: Config): RecyclePolicy {
  return {
    jobs: recycleJobs ?? null,
    rssBytes: recycleRssMb === undefined ? null : recycleRssMb * 1024 * 1024,
    ageMs: recycleAgeSec === undefined || recycleAgeSec < 0 ? null : recycleAgeSec * 1000,
    fresh,
  }
}
