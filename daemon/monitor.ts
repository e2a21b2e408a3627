import type { Redis } from 'ioredis'
import { systemClock } from '../src/clock.js'
import { schedulerLagSec } from '../src/fleet/scheduler-lag.js'
import type { Logger } from '../src/logger.js'
import type { Keys } from '../src/redis/keys.js'
import type { Service } from '../src/service.js'
import type { Config } from './config/schema.js'
import type { Operations } from './control/operations.js'
import type { Meter } from './meter.js'

/** What monitors see of the daemon, over HTTP. */
export interface Monitor extends Service {
  /** To be told of what happens. */
  readonly meter: Meter
  /** Of whom it tells; before it starts. */
  watch(operations: Pick<Operations, 'status'>): void
}

/** Made only where HTTP is wanted: nothing of it is loaded otherwise. */
export async function createMonitor(
  { http, httpHosts, httpToken, queues }: Pick<Config, 'http' | 'httpHosts' | 'httpToken' | 'queues'>,
  { redis, keys, logger }: { redis: Redis; keys: Keys; logger: Logger },
): Promise<Monitor | undefined> {
  if (http === undefined) return undefined
  const { parseHttpAddress } = await import('./http/address.js')
  const { HttpServer } = await import('./http/server.js')
  const { monitorRoutes } = await import('./http/routes.js')
  const { Metrics } = await import('./metrics/metrics.js')
  const metrics = new Metrics()
  let watched: Pick<Operations, 'status'> | undefined
  const status: Operations['status'] = () => {
    if (watched !== undefined) return watched.status()
    return Promise.reject(new Error('nothing is watched yet'))
  }
  const server = new HttpServer({
    address: parseHttpAddress(http),
    hosts: httpHosts,
    token: httpToken,
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
    watch: (operations) => (watched = operations),
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
