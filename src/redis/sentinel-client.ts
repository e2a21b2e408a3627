import type * as ioredis from 'ioredis'
import { RqdError, coerceError } from '../errors.js'
import { requirePackage } from '../require.js'
import type { SentinelAddress } from './sentinel-url.js'
import type { TlsMaterial } from './tls.js'
import { describeTrouble } from './trouble.js'

const { Redis } = requirePackage('ioredis') as typeof ioredis

const DEFAULT_TIMEOUT_SEC = 1

/** A server, as Sentinel names it. */
export interface Server {
  readonly host: string
  readonly port: number
}

/** How a sentinel is spoken to. */
export interface SentinelAccess {
  readonly address: SentinelAddress
  /** Undefined: no TLS. */
  readonly tls: TlsMaterial | undefined
}

/** A client for one sentinel. It tries once to connect; what goes wrong is kept for `ask` to tell. */
export function sentinelClient(
  { address, tls }: SentinelAccess,
  [host, port]: readonly [string, number],
  more: Omit<ioredis.RedisOptions, 'replyMapping'> = {},
): ioredis.Redis {
  const { sentinelUsername, sentinelPassword } = address
  const timeoutMs = (address.socketTimeoutSec ?? DEFAULT_TIMEOUT_SEC) * 1000
  return new Redis({
    host,
    port,
    ...(typeof sentinelUsername === 'string' ? { username: sentinelUsername } : {}),
    ...(typeof sentinelPassword === 'string' ? { password: sentinelPassword } : {}),
    ...(tls === undefined ? {} : { tls }),
    lazyConnect: true,
    enableReadyCheck: false,
    disableClientInfo: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: timeoutMs,
    commandTimeout: timeoutMs,
    disconnectTimeout: 100,
    ...more,
  })
}

/**
 * Ask one sentinel for the master.
 * @throws RqdError RQD_REDIS saying which sentinel, and why it does not tell
 */
export async function askSentinel(
  access: SentinelAccess,
  instance: readonly [string, number],
  signal: AbortSignal,
): Promise<Server> {
  const { masterName } = access.address
  const client = sentinelClient(access, instance)
  const end = (): void => client.disconnect()
  signal.addEventListener('abort', end)
  const name = instance.join(':')
  let failure: Error | undefined
  client.on('error', (error: Error) => (failure ??= error))
  let reply: unknown
  try {
    await client.connect()
    reply = await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)
  } catch (thrown) {
    const cause = failure ?? coerceError(thrown)
    throw new RqdError('RQD_REDIS', `the sentinel ${name} does not answer: ${describeTrouble(cause, client)}`, {
      cause,
    })
  } finally {
    signal.removeEventListener('abort', end)
    client.disconnect()
  }
  if (Array.isArray(reply) && typeof reply[0] === 'string') return { host: reply[0], port: Number(reply[1]) }
  const text = `the sentinel ${name} knows no master ${JSON.stringify(masterName)}; expected a name from its "sentinel monitor" lines`
  throw new RqdError('RQD_REDIS', text)
}
