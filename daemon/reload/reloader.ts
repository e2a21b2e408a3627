import { RqdError, coerceError } from '../../src/errors.js'
import type { Configuration } from '../config/make-config.js'
import { fileName } from '../config/names.js'
import { type Reloaded, reloadConfig } from '../config/reloadable.js'
import type { Config } from '../config/schema.js'
import { listModules, MAX_MODULES } from '../check/task-modules.js'
import { tryExecutor } from '../check/trial.js'
import { customSettings } from '../custom-settings.js'
import type { JobLog } from '../job-log.js'
import type { DaemonLogger } from '../log.js'
import type { PrepareReload, Reload } from '../supervisor/changes.js'
import type { SpawnExecutor } from '../supervisor/spawn.js'
import { poolSettings } from './pool-settings.js'

export interface ReloaderOptions {
  /** The configuration in use. */
  readonly config: Config
  /** Read all sources again. @throws RqdError RQD_BAD_OPTION */
  readonly reread: () => Promise<Configuration>
  /** Starts executors with this limit of V8's heap, MiB; null leaves Node's own. */
  readonly spawnWith: (heapMb: number | null) => SpawnExecutor
  readonly environment: NodeJS.ProcessEnv
  readonly logger: DaemonLogger
  readonly jobLog: Pick<JobLog, 'change'>
}

/** Makes what `reload` brings: the configuration read again, and tried with an executor that takes no jobs. */
export function makeReloader(options: ReloaderOptions): PrepareReload {
  let current = options.config
  return async (signal) => {
    const { config: next, origins, warnings } = await options.reread()
    const { logger, jobLog } = options
    for (const warning of warnings) logger.warn(warning)
    const reloaded = reloadConfig(current, next)
    const commit = (): void => {
      current = reloaded.config
      logger.setLevel(current.logLevel)
      jobLog.change({ level: current.logLevel, describes: !current.disableJobDescLogging })
    }
    const isDefaultPath = origins.get('path')?.kind === 'default'
    return { ...(await tried(reloaded, isDefaultPath, options, signal)), commit }
  }
}

async function tried(
  { config, changed, needRestart }: Reloaded,
  isDefaultPath: boolean,
  { environment, logger, spawnWith }: ReloaderOptions,
  signal: AbortSignal,
): Promise<Omit<Reload, 'commit'>> {
  const custom = customSettings(config, logger)
  const heapMb = config.executorHeapMb ?? null
  const modules = [...config.preload, ...(isDefaultPath ? [] : await taskModules(config.path))]
  const taskPaths = config.path
  const trouble = await tryExecutor({ environment, heapMb, taskPaths, modules, custom, signal })
  if (trouble !== undefined) throw new RqdError('RQD_EXECUTOR', trouble)
  return {
    changed: changed.map(fileName),
    needRestart: needRestart.map(fileName),
    pool: poolSettings(config, custom, spawnWith(heapMb)),
    settle: {
      resultTtlSec: config.resultsTtl,
      maxDeaths: config.maxDeaths,
      storesFailures: config.defaultExceptionHandler,
    },
    executors: changed.includes('executors') ? config.executors : undefined,
  }
}

async function taskModules(paths: readonly string[]): Promise<string[]> {
  const found = new Set<string>()
  for (const path of paths) {
    try {
      for (const name of await listModules(path)) found.add(name)
    } catch (thrown) {
      const text = `the task path ${path} cannot be read: ${coerceError(thrown).message}; expected a folder of task modules`
      throw new RqdError('RQD_BAD_OPTION', text, { cause: thrown })
    }
  }
  return [...found].slice(0, MAX_MODULES)
}
