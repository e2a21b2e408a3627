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
  /** To be told of what happens to the jobs of a tenant; null in a daemon that has no tenants. */
  meterOf(tenant: string | null): Meter
  /** Where it listens, with the port that it got. */
  readonly address: string
  /** Of whom it tells; before it starts. `dataOf`: where questions about a tenant are answered. */
  watch(operations: Pick<Operations, 'status'>, dataOf: (tenant: string | null) => DataCaller): void
}

/** Where the jobs of a tenant are; of a daemon that has no tenants, there is one scope with null. */
export interface MonitorScope {
  readonly tenant: string | null
  readonly redis: Redis
  readonly keys: Keys
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
  { scopes, logger }: { scopes: readonly MonitorScope[]; logger: Logger },
): Promise<Monitor | undefined> {
  if (http === undefined) return undefined
  const { parseHttpAddress } = await import('./http/address.js')
  const { HttpServer } = await import('./http/server.js')
  const { monitorRoutes } = await import('./http/routes.js')
  const { Metrics } = await import('./metrics/metrics.js')
  const { mountDashboard } = await import('./dashboard/mount.js')
  const { mountTenants } = await import('./dashboard/tenants/mount.js')
  const metrics = new Metrics()
  const address = parseHttpAddress(http)
  const { httpToken, httpViewToken } = access
  let watchedData: ((tenant: string | null) => DataCaller) | undefined
  const dataOf = (tenant: string | null): DataCaller => ({
    call: (name, params) => {
      if (watchedData !== undefined) return watchedData(tenant).call(name, params)
      return Promise.reject(new Error('nothing is watched yet'))
    },
  })
  let watched: Pick<Operations, 'status'> | undefined
  const status: Operations['status'] = () => {
    if (watched !== undefined) return watched.status()
    return Promise.reject(new Error('nothing is watched yet'))
  }
  const shared = {
    admission: { kind: 'tokens', rules: tokenRules(address, access) },
    clock: systemClock,
    logger,
  } as const
  const tenants = scopes.flatMap(({ tenant }) => (tenant === null ? [] : [tenant]))
  const site =
    tenants.length === 0
      ? mountDashboard({ ...shared, data: dataOf(null) })
      : mountTenants({ ...shared, tenants, dataOf, status })
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
          schedulerLagSec: lagsOf(scopes, queues),
          processUsage,
        }),
    }),
    logger,
  })
  return {
    meterOf: (tenant) => metrics.meterOf(tenant),
    get address() {
      return server.address
    },
    watch: (operations, dataOf) => {
      watched = operations
      watchedData = dataOf
    },
    start: () => server.start(),
    stop: () => server.stop(),
  }
}

function lagsOf(
  scopes: readonly MonitorScope[],
  queues: readonly string[],
): ReadonlyMap<string | null, () => Promise<number>> {
  return new Map(
    scopes.map(({ tenant, redis, keys }) => [
      tenant,
      () => schedulerLagSec(redis, keys, queues, systemClock.epochMs()),
    ]),
  )
}

function processUsage(): { rssBytes: number; cpuSec: number; startedAtSec: number } {
  const { user, system } = process.cpuUsage()
  return {
    rssBytes: process.memoryUsage.rss(),
    cpuSec: (user + system) / 1e6,
    startedAtSec: systemClock.epochMs() / 1000 - process.uptime(),
  }
}
