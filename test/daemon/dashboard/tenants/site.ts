import { createServer } from 'node:http'
import type { Test } from 'tap'
import type { Status, TenantStatus } from '../../../../daemon/control/operations.js'
import { mountTenants } from '../../../../daemon/dashboard/tenants/mount.js'
import { DataHere } from '../../../../daemon/data/here.js'
import { systemClock } from '../../../../src/clock.js'
import { systemRandom } from '../../../../src/random.js'
import { Factory } from '../../../helpers/factory.js'
import { RecordingLogger } from '../../../helpers/recording-logger.js'
import { type TestRedis, startRedis } from '../../../helpers/redis.js'
import { sampleStatus } from '../../control/fake-operations.js'
import { Visiting, listen, operateToken, viewToken } from '../support.js'
import { tenantStatus } from '../../../helpers/tenant-status.js'

const names = ['ann', 'bob'] as const

export interface TenantsSite {
  readonly redis: TestRedis
  readonly origin: string
  readonly logger: RecordingLogger
  /** Makes jobs of a tenant. */
  readonly make: Readonly<Record<(typeof names)[number], Factory>>
  /** What the daemon says of its tenants. */
  readonly tenants: TenantStatus[]
  visitor(): Visiting
  signedIn(token?: string): Promise<Visiting>
}

/** Dashboards of two tenants on one Redis, mounted below a path. */
export async function startTenants(t: Test, base = ''): Promise<TenantsSite> {
  const redis = await startRedis(t)
  const logger = new RecordingLogger()
  const make = { ann: new Factory(redis.client, '{ann}:rq'), bob: new Factory(redis.client, '{bob}:rq') }
  const tenants: TenantStatus[] = names.map((name) => tenantStatus(name, { running: 1 }))
  const status = async (): Promise<Status> => ({
    ...sampleStatus,
    tenants,
    queues: await Promise.all(
      names.map(async (tenant) => ({
        name: 'q',
        tenant,
        depth: await redis.client.llen(make[tenant].keys.queue('q')),
        paused: false,
        pausedEverywhere: false,
        oldestAgeSec: null,
      })),
    ),
  })
  const mounted = mountTenants({
    tenants: names,
    dataOf: (tenant) => {
      const { store } = tenant === 'ann' ? make.ann : make.bob
      return new DataHere({ store, clock: systemClock, random: systemRandom })
    },
    status,
    admission: { kind: 'tokens', rules: { operate: operateToken, view: viewToken, withoutToken: 'nothing' } },
    clock: systemClock,
    logger,
  })
  const server = createServer((asked, response) => {
    const path = (asked.url ?? '/').split('?', 1)[0] ?? '/'
    void mounted.handle(asked, response, { base, path: path.slice(base.length) })
  })
  const origin = await listen(t, server)
  t.teardown(() => mounted.close())
  const visitor = (): Visiting => new Visiting(origin)
  return {
    redis,
    origin,
    logger,
    make,
    tenants,
    visitor,
    signedIn: async (token = operateToken) => {
      const visiting = visitor()
      const { status: answered } = await visiting.post(`${base}/sign-in`, { token })
      if (answered !== 303) throw new Error(`signing in gave ${answered}`)
      return visiting
    },
  }
}
