import type { Redis } from 'ioredis'
import type { Logger } from '../src/logger.js'
import { systemRandom } from '../src/random.js'
import { type MakeRedis, connectRedis } from '../src/redis/connection.js'
import { type Keys, createKeys } from '../src/redis/keys.js'
import type { Config } from './config/schema.js'
import type { EventHub } from './events/hub.js'
import { tagged } from './log/tagged.js'

/** No answer within this time counts as none: the connection is given up and made anew. */
export const COMMAND_TIMEOUT_MS = 5_000

/** Where jobs of the daemon lie: below one prefix, its own or that of a tenant. */
export interface Place {
  /** Null in a daemon that has no tenants. */
  readonly tenant: string | null
  /** With the prefix of this place. */
  readonly config: Config
  readonly keys: Keys
  /** For commands. It connects by `connect()`. */
  readonly redis: Redis
  /** Makes further connections. They connect by `connect()`. */
  readonly connect: (commandTimeoutMs: number) => Redis
  readonly logger: Logger
  readonly events: EventHub
}

interface Shared {
  readonly make: MakeRedis | undefined
  readonly logger: Logger
  readonly events: EventHub
}

/** One for each tenant; one alone where there are none. */
export function placesOf(config: Config, shared: Shared): Place[] {
  const { tenants } = config
  if (tenants.length === 0) return [newPlace(null, config, shared)]
  return tenants.map(({ name, prefix }) => {
    const logger = tagged(shared.logger, { tenant: name })
    return newPlace(name, { ...config, prefix }, { ...shared, logger, events: shared.events.of(name) })
  })
}

function newPlace(tenant: string | null, config: Config, { make, logger, events }: Shared): Place {
  const { sentinel, url, prefix, name = 'rqd' } = config
  const connect = (commandTimeoutMs: number): Redis =>
    connectRedis(sentinel ?? url, { commandTimeoutMs, connectionName: name, prefix, random: systemRandom, make })
  return { tenant, config, keys: createKeys(prefix), redis: connect(COMMAND_TIMEOUT_MS), connect, logger, events }
}
