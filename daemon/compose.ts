import { systemClock } from '../src/clock.js'
import { RqdError } from '../src/errors.js'
import type { DaemonLogger } from './log.js'
import { systemRandom } from '../src/random.js'
import { showAddress } from '../src/redis/connection.js'
import { FunctionResolver } from '../src/run/resolve.js'
import { queueOrder } from '../src/worker/queue-order.js'
import type { Config } from './config/schema.js'
import { loadConnectionClass } from './connection-class.js'
import { customSettings } from './custom-settings.js'
import { defaultSocketPath } from './control/socket-path.js'
import { createMonitor } from './monitor.js'
import { DataOver } from './data/over.js'
import { FirstLink } from './first-link.js'
import { warnFirstProcess } from './first-process.js'
import { EventHub } from './events/hub.js'
import { ownIdentity } from './host.js'
import { LateSentry } from './sentry.js'
import { printableOutput } from './printable.js'
import { type PidFile, writePidFile } from './pid-file.js'
import { obeySignals } from './obey-signals.js'
import { outliveReaders } from './output-streams.js'
import { onStopSignal, onWish } from './signals.js'
import { recyclePolicy } from './reload/pool-settings.js'
import { makeReloader, type ReloaderOptions } from './reload/reloader.js'
import { placesOf } from './place.js'
import { Scope } from './scope.js'
import { serve } from './serve.js'
import { newPool } from './supervisor/new-pool.js'
import type { PoolSharing } from './supervisor/supervisor-options.js'
import type { SpawnExecutor } from './supervisor/spawn.js'
import { ServiceManager } from './systemd/manager.js'
import { SharedPool } from './tenants/shared-pool.js'
import { Tenancy, type TenancyOptions } from './tenants/tenancy.js'
import { version } from '../src/version.js'
import { workerNames } from '../src/worker/registration.js'
import type { Whole } from './whole.js'

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
  let whole: Whole | undefined
  let scopes: readonly Scope[] = []
  const manager = new ServiceManager({ environment, pid: process.pid, clock: systemClock, logger })
  const stopListening = onStopSignal((signal, times) => {
    logger.info(times === 1 ? 'stopping after the running jobs' : 'stopping at once', { signal })
    stopping.abort()
    manager.stopping()
    void whole?.stop(times > 1)
  })
  outliveReaders([process.stdout, process.stderr])
  const obey = obeySignals(() => whole, config.queues, logger)
  let quietEach: readonly (typeof obey)[] = []
  const stopHearing = onWish((signal, wish) => {
    // Each tenant remembers which of its queues a signal has paused.
    const each = wish === 'quiet' || wish === 'resume' ? quietEach : []
    for (const obeyOne of each.length === 0 ? [obey] : each) obeyOne(signal, wish)
  })
  const shownUrl = showAddress(config.sentinel ?? config.url)
  const events = new EventHub(systemClock)
  const places = placesOf(config, { make, logger, events })
  let pidFile: PidFile | undefined
  try {
    if (config.pid !== undefined) pidFile = await writePidFile(config.pid)
    manager.waitForRedis(shownUrl)
    const { signal } = stopping
    const links = places.map(
      ({ redis, logger }) => new FirstLink({ redis, shownUrl, taskPaths: config.path, signal, logger }),
    )
    // Of several tenants, one whose Redis answers is enough to begin with.
    if (!(await Promise.race(links.map(({ ready }) => ready)))) return 0
    manager.starting()
    warnFirstProcess(process.pid, logger)
    if (signal.aborted) return 0
    const identity = ownIdentity()
    const name = config.name ?? `rqd-${systemRandom.hex(8)}`
    const monitor = await createMonitor(config, { scopes: places, logger })
    const socket = config.socket ?? defaultSocketPath(environment)
    const jobLog: ReloaderOptions['jobLog'] = {
      change: (change) => scopes.forEach((each) => each.jobLog.change(change)),
    }
    const prepareReload = begun.reload && makeReloader({ ...begun.reload, config, environment, logger, jobLog })
    const executors = {
      concurrency: config.concurrency,
      spares: config.spares,
      recycle: recyclePolicy(config),
      taskPaths: config.path,
      preload: config.preload,
      custom,
      spawn,
      output: (chunk: Uint8Array, stream: 'stdout' | 'stderr') =>
        process[stream].write(shownOn(process[stream], chunk)),
    }
    const shared = { ...executors, clock: systemClock, random: systemRandom, logger, events }
    const pool =
      config.tenants.length === 0
        ? undefined
        : new SharedPool(systemClock, (...told) => newPool(shared, workerNames(name, config.executors), ...told))
    const sharingFor = (tenant: string | null): PoolSharing | undefined => {
      const found = config.tenants.find((each) => each.name === tenant)
      return found && pool?.sharing(found)
    }
    scopes = places.map(
      (place) =>
        new Scope(place, {
          ...executors,
          name,
          daemonId,
          version,
          identity,
          queues: config.queues,
          executors: config.executors,
          storesFailures: config.defaultExceptionHandler,
          report: (failure) => sentry?.report(failure),
          addresses: {
            sockets: config.readSocket === undefined ? [socket] : [socket, config.readSocket],
            http: () => monitor?.address ?? null,
          },
          meter: monitor?.meterOf(place.tenant),
          burst: config.burst,
          order: queueOrder(config.dequeueStrategy, config.weights, systemRandom),
          maxJobs: config.maxJobs ?? Infinity,
          maxIdleMs: spanMs(config.maxIdleTime),
          stopTimeoutMs: spanMs(config.stopTimeoutSec),
          resultTtlSec: config.resultsTtl,
          leaseMs: config.leaseSec * 1000,
          maxDeaths: config.maxDeaths,
          prepareReload,
          share: sharingFor(place.tenant),
        }),
    )
    for (const scope of scopes) await scope.prepare(identity.host, identity.pid)
    const { queues, tenants } = config
    const told = {
      name,
      version,
      identity,
      redisUrl: shownUrl,
      queues,
      clock: systemClock,
      logger,
      events,
      prepareReload,
    }
    whole = wholeOf(scopes, pool, tenants, told)
    if (pool !== undefined)
      quietEach = scopes.map(({ supervisor }, i) =>
        obeySignals(() => supervisor, config.queues, places[i]?.logger ?? logger),
      )
    const callers = new Map(scopes.map(({ tenant, data }) => [tenant, new DataOver(() => data.open())]))
    monitor?.watch(whole, (tenant) => {
      const caller = callers.get(tenant)
      if (caller !== undefined) return caller
      throw new RqdError('RQD_BAD_OPTION', `this daemon has no tenant ${String(tenant)}`)
    })
    await serve(whole, { scopes, links, sentry, events, name, manager, monitor }, config, environment, logger)
    return 0
  } finally {
    stopListening()
    manager.stop()
    stopHearing()
    for (const { redis } of places) redis.disconnect()
    for (const scope of scopes) scope.close()
    await pidFile?.remove()
    await sentry?.flush(SENTRY_LIMIT_MS)
  }
}

/** What jobs print goes on as it is, but not to a terminal, on which it could do anything. */
function shownOn({ isTTY }: { isTTY?: boolean }, chunk: Uint8Array): Uint8Array | string {
  return isTTY === true ? printableOutput(Buffer.from(chunk).toString()) : chunk
}

/** A supervisor alone, or those of all tenants as one. */
function wholeOf(
  scopes: readonly Scope[],
  pool: SharedPool | undefined,
  tenants: Config['tenants'],
  rest: Omit<TenancyOptions, 'tenants' | 'pool'>,
): Whole {
  const [first, ...others] = scopes.map(({ tenant, supervisor }) => {
    const { weight = 1 } = tenants.find(({ name }) => name === tenant) ?? {}
    return { name: tenant ?? '', weight, supervisor }
  })
  if (first === undefined) throw new Error('a daemon serves at least one prefix of keys')
  return pool === undefined ? first.supervisor : new Tenancy({ ...rest, tenants: [first, ...others], pool })
}

/** Seconds as the configuration has them, -1 for ever, as milliseconds. */
function spanMs(spanSec: number | undefined): number {
  return spanSec === undefined || spanSec < 0 ? Infinity : spanSec * 1000
}
