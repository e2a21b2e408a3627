import { isDeepStrictEqual } from 'node:util'
import { checkTogether } from './check-together.js'
import { type Config, optionKeys } from './schema.js'

/** Options that may change while the daemon runs. All others count from its next start on. */
export const reloadable: ReadonlySet<string> = new Set<keyof Config>([
  'path',
  'preload',
  'executors',
  'spares',
  'recycleJobs',
  'recycleRssMb',
  'recycleAgeSec',
  'fresh',
  'resultsTtl',
  'executorHeapMb',
  'maxDeaths',
  'exceptionHandlers',
  'defaultExceptionHandler',
  'hooks',
  'workerClass',
  'jobClass',
  'queueClass',
  'deathPenaltyClass',
  'logLevel',
  'disableJobDescLogging',
])

/** What becomes of a configuration when another one is read while it is in use. */
export interface Reloaded {
  /** The new values where they may change, the old ones elsewhere. */
  readonly config: Config
  readonly changed: readonly string[]
  /** Options that differ as well, but need a restart. */
  readonly needRestart: readonly string[]
}

/** Merge what may change. @throws RqdError RQD_BAD_OPTION if new and old values do not fit each other */
export function reloadConfig(before: Config, after: Config): Reloaded {
  const differs = (key: string): boolean => !isDeepStrictEqual(valueOf(before, key), valueOf(after, key))
  const different = optionKeys.filter(differs)
  const changed = different.filter((key) => reloadable.has(key))
  const taken = Object.fromEntries(changed.map((key) => [key, valueOf(after, key)]))
  const config = Object.freeze({ ...before, ...taken })
  checkTogether(config)
  return { config, changed, needRestart: different.filter((key) => !reloadable.has(key)) }
}

function valueOf(config: Config, key: string): unknown {
  return (config as Readonly<Record<string, unknown>>)[key]
}
