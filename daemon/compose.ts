import type { Redis } from 'ioredis'
import { systemClock } from '../src/clock.js'
import type { Logger } from '../src/logger.js'
import type { DaemonLogger } from './log.js'
import { Scheduler } from '../src/maintenance/scheduler.js'
import { systemRandom } from '../src/random.js'
import { connectRedis, showAddress } from '../src/redis/connection.js'
import { describeTrouble } from '../src/redis/trouble.js'
import { createKeys } from '../src/redis/keys.js'
import { FunctionResolver } from '../src/run/resolve.js'
import { Replicas } from '../src/redis/replicas.js'
import { Store } from '../src/redis/store.js'
import type { CronScheduler } from '../src/cron/scheduler.js'
import { queueOrder } from '../src/worker/queue-order.js'
import type { Config } from './config/schema.js'
import { loadConnectionClass } from './connection-class.js'
import { customSettings } from './custom-settings.js'
import { bindDaemon } from './control/methods.js'
import { ControlSockets } from './control/sockets.js'
import { defaultSocketPath } from './control/socket-path.js'
import { createCron } from './cron.js'
import { type DaemonHistory, createHistory } from './history.js'
import { everyMeter } from './meter.js'
import { type Monitor, createMonitor } from './monitor.js'
import { DataConnection } from './data/connection.js'
import { DataOver } from './data/over.js'
import { warnFirstProcess } from './first-process.js'
import { EventHub } from './events/hub.js'
import { ownIdentity } from './host.js'
import { LateSentry } from './sentry.js'
import { printable, printableOutput } from './printable.js'
import { preflight } from './preflight.js'
import { JobLog } from './job-log.js'
import { Orders } from './orders/orders.js'
import { type PidFile, writePidFile } from './pid-file.js'
import { obeySignals } from './obey-signals.js'
import { outliveReaders } from './output-streams.js'
import { onStopSignal, onWish } from './signals.js'
import { recyclePolicy } from './reload/pool-settings.js'
import { makeReloader, type ReloaderOptions } from './reload/reloader.js'
import type { SpawnExecutor } from './supervisor/spawn.js'
import { Supervisor } from './supervisor/supervisor.js'
import { keepTitle, supervisorTitle } from './supervisor/title.js'
import { ServiceManager } from './systemd/manager.js'
import { answers } from './systemd/answers.js'
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
  /** What a reload needs; left out, there is none. */
  readonly reload?: Pick<ReloaderOptions, 'reread' | 'spawnWith'>
}

/**
 * The composition root: build every part, start in order, run until told to stop, stop in reverse.
 * @returns the exit code.
 * @throws RqdError for what makes a start impossible.
 */
export async function run(config: Config, begun: Begun): Promise<number> {
  const { environment, logger, daemonId, spawn } = begun
  const custom = customSettings(config, logger)
  const make = await loadConnectionClass(
    custom?.connectionClass ?? null,
    new FunctionResolver(config.path, systemClock),
  )
  const sentry = config.sentryDsn === undefined ? undefined : new LateSentry(config.sentryDsn, config.path)
  const stopping = new AbortController()
  let supervisor: Supervisor | undefined
  const manager = new ServiceManager({ environment, pid: process.pid, clock: systemClock, logger })
  const stopListening = onStopSignal((signal, times) => {
    logger.info(times === 1 ? 'stopping after the running jobs' : 'stopping at once', { signal })
    stopping.abort()
    manager.stopping()
    void supervisor?.stop(times > 1)
  })
  outliveReaders([process.stdout, process.stderr])
  const stopHearing = onWish(obeySignals(() => supervisor, config.queues, logger))
  const address = config.sentinel ?? config.url
  const connect = (commandTimeoutMs: number): Redis => {
    const connectionName = config.name ?? 'rqd'
    return connectRedis(address, {
      commandTimeoutMs,
      connectionName,
      prefix: config.prefix,
      random: systemRandom,
      make,
    })
  }
  const redis = connect(COMMAND_TIMEOUT_MS)
  const { waitReplicas, waitReplicasTimeoutSec } = config
  // Of its own: Redis answers nothing else over it while it waits.
  const asker = waitReplicas === 0 ? undefined : connect(waitReplicasTimeoutSec * 1000 + COMMAND_TIMEOUT_MS)
  asker?.on('error', () => undefined)
  let data: DataConnection | undefined
  let pidFile: PidFile | undefined
  try {
    if (config.pid !== undefined) pidFile = await writePidFile(config.pid)
    manager.waitForRedis(showAddress(address))
    const connected = await waitForRedis(redis, showAddress(address), stopping.signal, logger)
    if (!connected) return 0
    manager.starting()
    await preflight(redis, config.path, logger)
    warnFirstProcess(process.pid, logger)
    if (stopping.signal.aborted) return 0
    const identity = ownIdentity()
    const keys = createKeys(config.prefix)
    const events = new EventHub(systemClock)
    const name = config.name ?? `rqd-${systemRandom.hex(8)}`
    const jobLog = new JobLog({
      logger,
      level: config.logLevel,
      describes: !config.disableJobDescLogging,
      clock: systemClock,
    })
    const monitor = await createMonitor(config, { scopes: [{ tenant: null, redis, keys }], logger })
    const orders = config.fleetOrders ? new Orders({ redis, keys, name, clock: systemClock, logger }) : undefined
    const socket = config.socket ?? defaultSocketPath(environment)
    const history = config.history
      ? createHistory({ redis, keys, clock: systemClock, random: systemRandom, logger })
      : undefined
    supervisor = new Supervisor({
      name,
      daemonId,
      version,
      identity,
      queues: config.queues,
      executors: config.executors,
      concurrency: config.concurrency,
      spares: config.spares,
      recycle: recyclePolicy(config),
      taskPaths: config.path,
      preload: config.preload,
      custom,
      storesFailures: config.defaultExceptionHandler,
      report: (failure) => sentry?.report(failure),
      orders,
      addresses: {
        sockets: config.readSocket === undefined ? [socket] : [socket, config.readSocket],
        http: () => monitor?.address ?? null,
      },
      meter: everyMeter([monitor?.meterOf(null), history?.meter]),
      recordsHistory: config.history,
      burst: config.burst,
      order: queueOrder(config.dequeueStrategy, config.weights, systemRandom),
      maxJobs: config.maxJobs ?? Infinity,
      maxIdleMs: spanMs(config.maxIdleTime),
      stopTimeoutMs: spanMs(config.stopTimeoutSec),
      resultTtlSec: config.resultsTtl,
      leaseMs: config.leaseSec * 1000,
      maxDeaths: config.maxDeaths,
      redisUrl: showAddress(address),
      store: new Store(redis, keys, config.compat),
      replicas: asker && new Replicas({ count: waitReplicas, timeoutMs: waitReplicasTimeoutSec * 1000 }, redis, asker),
      connect: () => connect(BLOCKING_TIMEOUT_MS),
      spawn,
      clock: systemClock,
      random: systemRandom,
      logger,
      events,
      jobLog,
      prepareReload: begun.reload && makeReloader({ ...begun.reload, config, environment, logger, jobLog }),
      output: (chunk, stream) => process[stream].write(shownOn(process[stream], chunk)),
    })
    const { host, pid } = identity
    const { queues } = config
    const clock = systemClock
    const random = systemRandom
    const scheduler = config.scheduler
      ? new Scheduler({ redis, keys, queues, clock, random, logger, host, pid })
      : undefined
    const cron = await createCron(config, { redis, logger, host, pid })
    const webhooks = new WebhookSender({ redis, keys, random, logger })
    const daemon = supervisor
    orders?.serve({
      handlers: bindDaemon(daemon, events, version),
      supervisorId: () => daemon.supervisorId,
      state: () => daemon.state,
    })
    data = new DataConnection({
      connect: () => connect(COMMAND_TIMEOUT_MS),
      keys,
      compat: config.compat,
      clock,
      random,
      daemon: () => daemon.status(),
    })
    const at = data
    const dataHere = new DataOver(() => at.open())
    monitor?.watch(supervisor, () => dataHere)
    const redisAnswers = (): Promise<boolean> => answers(connect(COMMAND_TIMEOUT_MS))
    const beside = { scheduler, cron, webhooks, sentry, data, events, name, manager, monitor, history, redisAnswers }
    await serve(supervisor, beside, config, environment, logger)
    return 0
  } finally {
    stopListening()
    manager.stop()
    data?.close()
    stopHearing()
    redis.disconnect()
    asker?.disconnect()
    await pidFile?.remove()
    await sentry?.flush(SENTRY_LIMIT_MS)
  }
}

/** What jobs print goes on as it is, but not to a terminal, on which it could do anything. */
function shownOn({ isTTY }: { isTTY?: boolean }, chunk: Uint8Array): Uint8Array | string {
  return isTTY === true ? printableOutput(Buffer.from(chunk).toString()) : chunk
}

/** What works beside the supervisor; undefined: not wanted. */
interface Beside {
  readonly scheduler: Scheduler | undefined
  readonly cron: CronScheduler | undefined
  readonly webhooks: WebhookSender
  readonly sentry: LateSentry | undefined
  readonly data: DataConnection
  readonly manager: ServiceManager
  /** Whether Redis answers on a connection made only to ask. */
  readonly redisAnswers: () => Promise<boolean>
  readonly events: EventHub
  /** Of the daemon. */
  readonly name: string
  readonly monitor: Monitor | undefined
  readonly history: DaemonHistory | undefined
}

async function serve(
  supervisor: Supervisor,
  { scheduler, cron, webhooks, sentry, data, events, name, manager, monitor, history, redisAnswers }: Beside,
  config: Config,
  environment: NodeJS.ProcessEnv,
  logger: DaemonLogger,
): Promise<void> {
  const path = config.socket ?? defaultSocketPath(environment)
  const served = { operations: supervisor, data: () => data.open(), events, logger, name }
  const control = await ControlSockets.make(served, config, path)
  const title = (): string => supervisorTitle(config.queues, supervisor.busyExecutors, supervisor.state)
  const endTitle = keepTitle(title, (text) => (process.title = printable(text)))
  const watched = {
    pulse: () => supervisor.pulse(),
    nudge: () => supervisor.nudge(),
    countWaiting: () => supervisor.countWaiting(),
    redisAnswers,
  }
  try {
    await control.start()
    await monitor?.start()
    // What is due already is there when the first jobs are claimed: a burst takes it along.
    await scheduler?.start()
    await cron?.start()
    await Promise.all([supervisor.start(), sentry?.load()])
    await webhooks.start()
    await history?.start()
    logger.info('daemon ready', { executors: config.executors, queues: config.queues.join(','), socket: path })
    await manager.ready(watched)
    logger.open()
    await supervisor.done
  } catch (thrown) {
    // Told to stop while it started: that is no failure.
    if (supervisor.state !== 'stopping') throw thrown
  } finally {
    manager.stopping(watched)
    endTitle()
    await cron?.stop()
    await scheduler?.stop()
    await supervisor.stop()
    // What has ended last is there now.
    await webhooks.stop()
    await history?.stop()
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
      logger.warn('Redis does not answer, waiting for it', { url: shownUrl, error: describeTrouble(error, redis) })
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

/** Seconds as the configuration has them, -1 for ever, as milliseconds. */
function spanMs(spanSec: number | undefined): number {
  return spanSec === undefined || spanSec < 0 ? Infinity : spanSec * 1000
}
