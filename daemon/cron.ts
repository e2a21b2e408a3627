import type { Redis } from 'ioredis'
import { CronScheduler } from '../src/cron/scheduler.js'
import type { Logger } from '../src/logger.js'
import type { Config } from './config/schema.js'
import { cronOptions } from './cron-config.js'

/**
 * The cron scheduler of a daemon; undefined where there is nothing to do. A burst does what is there, and ends: it has
 * none.
 * @throws RqdError for an entry that cannot be
 */
export async function createCron(
  { cron: entries, burst, path, prefix }: Config,
  place: { redis: Redis; logger: Logger; host: string; pid: number },
): Promise<CronScheduler | undefined> {
  if (entries.length === 0 || burst) return undefined
  const { redis: connection, logger, host, pid } = place
  const cron = new CronScheduler({ connection, prefix, taskPaths: path, logger, host, pid })
  for (const entry of entries) await cron.register(entry.func, cronOptions(entry))
  logger.info('cron entries are looked after', { entries: cron.entryNames.join(', '), scheduler: cron.name })
  return cron
}
