import { RqdError } from '../src/errors.js'
import type { Logger } from '../src/logger.js'
import type { Config } from './config/schema.js'
import type { CustomSettings } from './ipc/custom-settings.js'

/** The classes of Python's RQ that do what the daemon does anyway, as they stand in the command lines of `rq worker`. */
const sameAsOurs: ReadonlySet<string> = new Set([
  'rq.Worker',
  'rq.SimpleWorker',
  'rq.worker.Worker',
  'rq.worker.SimpleWorker',
  'rq.worker.HerokuWorker',
  'rq.Queue',
  'rq.queue.Queue',
  'rq.job.Job',
  'redis.Redis',
  'redis.StrictRedis',
  'redis.client.Redis',
  'redis.client.StrictRedis',
  'rq.timeouts.UnixSignalDeathPenalty',
  'rq.timeouts.TimerDeathPenalty',
  'rq.timeouts.BaseDeathPenalty',
])

const classOptions = ['workerClass', 'jobClass', 'queueClass', 'connectionClass', 'deathPenaltyClass'] as const

/**
 * What the options say about executors; undefined where that is nothing. RQ's own classes stand for ours, with a note.
 * @throws RqdError RQD_BAD_OPTION for another class of RQ
 */
export function customSettings(config: Config, logger: Logger): CustomSettings | undefined {
  const { exceptionHandlers, hooks = null, sentryDsn = null, prefix } = config
  const redis = config.sentinel ?? config.url
  const classes = Object.fromEntries(
    classOptions.map((option) => [option, ourClass(option, config[option], logger)]),
  ) as Record<(typeof classOptions)[number], string | null>
  const none =
    exceptionHandlers.length === 0 &&
    hooks === null &&
    sentryDsn === null &&
    Object.values(classes).every((name) => name === null)
  if (none) return undefined
  return {
    exceptionHandlers: [...exceptionHandlers],
    hooks,
    ...classes,
    redis: JSON.stringify(redis),
    prefix,
    sentryDsn,
  }
}

function ourClass(option: string, name: string | undefined, logger: Logger): string | null {
  if (name === undefined) return null
  if (sameAsOurs.has(name)) {
    logger.info('a class of Python RQ is named: the daemon does by itself what it does', { option, class: name })
    return null
  }
  if (!/^(rq|redis)\./.test(name)) return name
  const strategy = /RoundRobin|Random/.test(name) ? ' (another order of the queues is --dequeue-strategy)' : ''
  throw new RqdError(
    'RQD_BAD_OPTION',
    `${option} is ${JSON.stringify(name)}, a Python class that has no counterpart here${strategy}: ` +
      'leave the option out, or name a class of your own, "module:Class" below a task path',
  )
}
