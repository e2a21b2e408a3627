import type { Redis } from 'ioredis'
import { systemClock } from '../src/clock.js'
import { schedulerLagSec } from '../src/fleet/scheduler-lag.js'
import type { Logger } from '../src/logger.js'
import type { Keys } from '../src/redis/keys.js'
import type { Service } from '../src/service.js'
import type { Config } from './config/schema.js'
import type { Operations } from './control/operations.js'
import type { TokenRules } from './dashboard/tokens.js'
import type { DataCaller } from './data/caller.js'
import type { HttpAddress } from './http/address.js'
import type { Meter } from './meter.js'

/** What monitors see of the daemon, over HTTP. */
export interface Monitor extends Service {
  /** To be told of what happens. */
  readonly meter: Meter
  /** Where it listens, with the port that it got. */
  readonly address: string
  /** Of whom it tells; before it starts. */
  watch(operations: Pick<Operations, 'status'>, data: DataCaller): void
}

type HttpAccessConfig = Pick<Config, 'httpToken' | 'httpViewToken' | 'httpAccess'>

/**
 * What visitors may do. Where nothing is said of it: with a token configured, nobody is let in without; without one,
 * whoever may connect to our socket may act, and other users of this machine, who reach a port, may look.
 */
export function tokenRules(
  address: HttpAddress,
  { httpToken: operate, httpViewToken: view, httpAccess }: HttpAccessConfig,
): TokenRules {
  const hasToken = operate !== undefined || view !== undefined
  const usual = hasToken ? 'nothing' : address.kind === 'unix' ? 'operate' : 'view'
  return { operate, view, withoutToken: httpAccess ?? usual }
}

/** Made only where HTTP is wanted: nothing of it is loaded otherwise. */
export async function createMonitor(
  { http, httpHosts, queues, ...access }: Pick<Config, 'http' | 'httpHosts' | 'queues'> & HttpAccessConfig,
  { redis, keys, logger }: { redis: Redis; keys: Keys; logger: Logger },
): Promise<Monitor | undefined> {
  if (http === undefined) return undefined
  const { parseHttpAddress } = await import('./http/address.js')
  const { HttpServer } = await import('./http/server.js')
  const { monitorRoutes } = await import('./http/routes.js')
  const { Metrics } = await import('./metrics/metrics.js')
  const { mountDashboard } = await import('./dashboard/mount.js')
  const metrics = new Metrics()
  const address = parseHttpAddress(http)
  const { httpToken, httpViewToken } = access
  let watchedData: DataCaller | undefined
  const site = mountDashboard({
    data: {
      call: (name, params) => {
        if (watchedData !== undefined) return watchedData.call(name, params)
        return Promise.reject(new Error('nothing is watched yet'))
      },
    },
    admission: { kind: 'tokens', rules: tokenRules(address, access) },
    clock: systemClock,
    logger,
  })
  let watched: Pick<Operations, 'status'> | undefined
  const status: Operations['status'] = () => {
    if (watched !== undefined) return watched.status()
    return Promise.reject(new Error('nothing is watched yet'))
  }
  const server = new HttpServer({
    address,
    hosts: httpHosts,
    tokens: [httpToken, httpViewToken].filter((token) => token !== undefined),
    site,
    routes: monitorRoutes({
      status,
      metrics: () =>
        metrics.page({
          status,
          schedulerLagSec: () => schedulerLagSec(redis, keys, queues, systemClock.epochMs()),
          processUsage,
        }),
    }),
    logger,
  })
  return {
    meter: metrics.meter,
    get address() {
      return server.address
    },
    watch: (operations, data) => {
      watched = operations
      watchedData = data
    },
    start: () => server.start(),
    stop: () => server.stop(),
  }
}

function processUsage(): { rssBytes: number; cpuSec: number; startedAtSec: number } {
  const { user, system } = process.cpuUsage()
  return {
    rssBytes: process.memoryUsage.rss(),
    cpuSec: (user + system) / 1e6,
    startedAtSec: systemClock.epochMs() / 1000 - process.uptime(),
  }
}
