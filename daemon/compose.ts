import type { Redis } from 'ioredis'
import { systemClock } from '../src/clock.js'
import type { Logger } from '../src/logger.js'
import type { DaemonLogger } from './log.js'
import { Scheduler } from '../src/maintenance/scheduler.js'
import { systemRandom } from '../src/random.js'
import { connectRedis, showAddress } from '../src/redis/connection.js'
import { createKeys } from '../src/redis/keys.js'
import { FunctionResolver } from '../src/run/resolve.js'
import { Store } from '../src/redis/store.js'
import type { CronScheduler } from '../src/cron/scheduler.js'
import { queueOrder } from '../src/worker/queue-order.js'
import type { Config } from './config/schema.js'
import { loadConnectionClass } from './connection-class.js'
import { customSettings } from './custom-settings.js'
import { ControlServer } from './control/server.js'
import { defaultSocketPath } from './control/socket-path.js'
import { createCron } from './cron.js'
import { type Monitor, createMonitor } from './monitor.js'
import { DataConnection } from './data/connection.js'
import { ownIdentity } from './host.js'
import { LateSentry } from './sentry.js'
import { preflight } from './preflight.js'
import { JobLog } from './job-log.js'
import { type PidFile, writePidFile } from './pid-file.js'
import { onStopSignal } from './signals.js'
import type { RecyclePolicy } from './supervisor/lifetime.js'
import type { SpawnExecutor } from './supervisor/spawn.js'
import { Supervisor } from './supervisor/supervisor.js'
import { keepTitle, supervisorTitle } from './supervisor/title.js'
import { notifyReady } from './systemd.js'
import { version } from '../src/version.js'
import { WebhookSender } from '../src/webhooks/sender.js'

/** No answer within this time counts as none: the connection is given up and made anew. */
const COMMAND_TIMEOUT_MS = 5_000
/** A blocking call lasts up to 5 s by itself. */
const BLOCKING_TIMEOUT_MS = 10_000
/** How long what is left for Sentry may take to leave at the end. */
const SENTRY_LIMIT_MS = 5_000

/** What the command line has begun before it came here. */
export interface Begun {
  readonly environment: NodeJS.ProcessEnv
  readonly logger: DaemonLogger
  /** Marks the processes of this daemon. */
  readonly daemonId: string
  /** Gives an executor; the first ones are under way already. */
  readonly spawn: SpawnExecutor
}

/**
 * The composition root: build every part, start in order, run until told to stop, stop in reverse.
 * @returns the exit code.
 * @throws RqdError for what makes a start impossible.
 */
export async function run(config: Config, { environment, logger, daemonId, spawn }: Begun): Promise<number> {
  const custom = customSettings(config, logger)
  const make = await loadConnectionClass(
    custom?.connectionClass ?? null,
    new FunctionResolver(config.path, systemClock),
  )
  const sentry = config.sentryDsn === undefined ? undefined : new LateSentry(config.sentryDsn, config.path)
  const stopping = new AbortController()
  let supervisor: Supervisor | undefined
  const stopListening = onStopSignal((signal, times) => {
    logger.info(times === 1 ? 'stopping after the running jobs' : 'stopping at once', { signal })
    stopping.abort()
    void supervisor?.stop(times > 1)
  })
  const address = config.sentinel ?? config.url
  const connect = (commandTimeoutMs: number): Redis => {
    const connectionName = config.name ?? 'rqd'
    return connectRedis(address, { commandTimeoutMs, connectionName, random: systemRandom, make })
  }
  const redis = connect(COMMAND_TIMEOUT_MS)
  let data: DataConnection | undefined
  let pidFile: PidFile | undefined
  try {
    if (config.pid !== undefined) pidFile = await writePidFile(config.pid)
    const connected = await waitForRedis(redis, showAddress(address), stopping.signal, logger)
    if (!connected) return 0
    await preflight(redis, config.path, logger)
    if (stopping.signal.aborted) return 0
    const identity = ownIdentity()
    const keys = createKeys(config.prefix)
    const monitor = await createMonitor(config, { redis, keys, logger })
    supervisor = new Supervisor({
      name: config.name ?? `rqd-${systemRandom.hex(8)}`,
      daemonId,
      version,
      identity,
      queues: config.queues,
      executors: config.executors,
      concurrency: config.concurrency,
      spares: config.fresh ? Math.max(config.spares, config.executors) : config.spares,
      recycle: recyclePolicy(config),
      taskPaths: config.path,
      preload: config.preload,
      custom,
      storesFailures: config.defaultExceptionHandler,
      report: (failure) => sentry?.report(failure),
      meter: monitor?.meter,
      burst: config.burst,
      order: queueOrder(config.dequeueStrategy, config.weights, systemRandom),
      maxJobs: config.maxJobs ?? Infinity,
      maxIdleMs: config.maxIdleTime === undefined || config.maxIdleTime < 0 ? Infinity : config.maxIdleTime * 1000,
      resultTtlSec: config.resultsTtl,
      leaseMs: config.leaseSec * 1000,
      maxDeaths: config.maxDeaths,
      redisUrl: showAddress(address),
      store: new Store(redis, keys, config.compat),
      connect: () => connect(BLOCKING_TIMEOUT_MS),
      spawn,
      clock: systemClock,
      random: systemRandom,
      logger,
      jobLog: new JobLog({
        logger,
        level: config.logLevel,
        describes: !config.disableJobDescLogging,
        clock: systemClock,
      }),
      output: (chunk, stream) => process[stream].write(chunk),
    })
    const { host, pid } = identity
    const { queues } = config
    const clock = systemClock
    const random = systemRandom
    monitor?.watch(supervisor)
    const scheduler = config.scheduler
      ? new Scheduler({ redis, keys, queues, clock, random, logger, host, pid })
      : undefined
    const cron = await createCron(config, { redis, logger, host, pid })
    const webhooks = new WebhookSender({ redis, keys, random, logger })
    data = new DataConnection({
      connect: () => connect(COMMAND_TIMEOUT_MS),
      keys,
      compat: config.compat,
      clock,
      random,
    })
    await serve(supervisor, { scheduler, cron, webhooks, sentry, data, monitor }, config, environment, logger)
    return 0
  } finally {
    stopListening()
    data?.close()
    redis.disconnect()
    await pidFile?.remove()
    await sentry?.flush(SENTRY_LIMIT_MS)
  }
}

function recyclePolicy({ recycleJobs, recycleRssMb, recycleAgeSec, fresh }: Config): RecyclePolicy {
  return {
    jobs: recycleJobs ?? null,
    rssBytes: recycleRssMb === undefined ? null : recycleRssMb * 1024 * 1024,
    ageMs: recycleAgeSec === undefined || recycleAgeSec < 0 ? null : recycleAgeSec * 1000,
    fresh,
  }
}

/** What works beside the supervisor; undefined: not wanted. */
interface Beside {
  readonly scheduler: Scheduler | undefined
  readonly cron: CronScheduler | undefined
  readonly webhooks: WebhookSender
  readonly sentry: LateSentry | undefined
  readonly data: DataConnection
  readonly monitor: Monitor | undefined
}

async function serve(
  supervisor: Supervisor,
  { scheduler, cron, webhooks, sentry, data, monitor }: Beside,
  config: Config,
  environment: NodeJS.ProcessEnv,
  logger: DaemonLogger,
): Promise<void> {
  const path = config.socket ?? defaultSocketPath(environment)
  const control = new ControlServer({ path, operations: supervisor, data: () => data.open(), logger })
  const title = (): string => supervisorTitle(config.queues, supervisor.busyExecutors, supervisor.state)
  const endTitle = keepTitle(title, (text) => (process.title = text))
  try {
    await control.start()
    await monitor?.start()
    // What is due already is there when the first jobs are claimed: a burst takes it along.
    await scheduler?.start()
    await cron?.start()
    await Promise.all([supervisor.start(), sentry?.load()])
    await webhooks.start()
    logger.info('daemon ready', { executors: config.executors, queues: config.queues.join(','), socket: path })
    await notifyReady(environment, `serving ${config.queues.join(', ')}`, logger)
    logger.open()
    await supervisor.done
  } catch (thrown) {
    // Told to stop while it started: that is no failure.
    if (supervisor.state !== 'stopping') throw thrown
  } finally {
    endTitle()
    await cron?.stop()
    await scheduler?.stop()
    await supervisor.stop()
    // What has ended last is there now.
    await webhooks.stop()
    await monitor?.stop()
    await control.stop()
    logger.info('daemon stopped')
  }
}

/** @returns false if the daemon was told to stop first. */
async function waitForRedis(redis: Redis, shownUrl: string, signal: AbortSignal, logger: Logger): Promise<boolean> {
  let waits = false
  let started = false
  // Without a listener an error would end the process. Once the daemon runs, its Link tells of the connection.
  redis.on('error', (error: Error) => {
    if (!waits && !started)
      logger.warn('Redis does not answer, waiting for it', { url: shownUrl, error: error.message })
    waits = true
  })
  return new Promise((resolve) => {
    redis.once('ready', () => {
      started = true
      resolve(true)
    })
    signal.addEventListener('abort', () => resolve(false), { once: true })
    // The first attempt may fail; the connection goes on trying by itself.
    redis.connect().catch(() => undefined)
  })
}
