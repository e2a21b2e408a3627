import type * as ioredis from 'ioredis'
import { RqdError } from '../errors.js'
import type { Random } from '../random.js'
import { requirePackage } from '../require.js'

const { Redis } = requirePackage('ioredis') as typeof ioredis

/** Where a Redis server is and how to be let in. */
export interface RedisAddress {
  host?: string
  port?: number
  path?: string
  db?: number
  username?: string
  password?: string
  tls?: object
}

/** Redis behind Sentinel: where the sentinels are, and what they call the master. */
export interface SentinelAddress {
  readonly instances: readonly (readonly [host: string, port: number])[]
  readonly masterName: string
  /** Bound for connecting to, and for each answer of, a sentinel, seconds. */
  readonly socketTimeoutSec?: number | null | undefined
  /** Of the sentinels and of Redis, as in RQ. */
  readonly password?: string | null | undefined
  readonly db: number
  readonly ssl: boolean
}

/** How a connection behaves. */
export interface ConnectionPolicy {
  /** Bound for each command, milliseconds. */
  commandTimeoutMs: number
  /** Bound for a connection attempt, milliseconds. */
  connectTimeoutMs?: number
  /** Shown in CLIENT LIST. */
  connectionName?: string
  /** False: the first failed attempt to connect is the last. For command lines, which end instead of waiting. */
  reconnect?: boolean
  /** Source of the jitter between attempts to reconnect. */
  random: Random
  /** Makes the connection, which must be as these options say. Default: ioredis. */
  make?: MakeRedis | undefined
}

/** Makes a connection of the operator's kind. */
export type MakeRedis = (options: ioredis.RedisOptions) => ioredis.Redis

/**
 * Open a connection for a part of rqd that must know what became of each command. Nothing is queued while the
 * connection is down and nothing is sent twice: a claim that was repeated silently would be held by nobody.
 * @throws RqdError RQD_BAD_OPTION if the URL is not one of redis://, rediss:// or unix://.
 */
export function connectRedis(address: string | SentinelAddress, policy: ConnectionPolicy): ioredis.Redis {
  const retryStrategy = (attempt: number): number | null =>
    policy.reconnect === false ? null : reconnectDelayMs(attempt, policy.random.unit())
  const options = {
    ...optionsOf(address),
    sentinelRetryStrategy: retryStrategy,
    connectTimeout: policy.connectTimeoutMs ?? 5_000,
    commandTimeout: policy.commandTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    keepAlive: 5_000,
    lazyConnect: true,
    connectionName: policy.connectionName?.replace(/[^!-~]+/g, '-') ?? 'rqd',
    retryStrategy,
    reconnectOnError: (error: Error) => error.message.startsWith('READONLY'),
  } satisfies ioredis.RedisOptions
  return policy.make?.(options) ?? new Redis(options)
}

/** Open a connection for code of the operator's: it waits and tries again, as ioredis does. */
export function openUserConnection(address: string | SentinelAddress, make: MakeRedis | undefined): ioredis.Redis {
  const options = { ...optionsOf(address), lazyConnect: true, connectionName: 'rqd-executor' }
  return make?.(options) ?? new Redis(options)
}

function optionsOf(address: string | SentinelAddress): ReturnType<typeof parseRedisUrl> | SentinelOptions {
  return typeof address === 'string' ? parseRedisUrl(address) : sentinelOptions(address)
}

type SentinelOptions = Pick<
  ioredis.RedisOptions,
  | ('sentinels' | 'name' | 'db' | 'failoverDetector' | 'sentinelCommandTimeout')
  | ('password' | 'sentinelPassword' | 'tls' | 'sentinelTLS' | 'enableTLSForSentinelMode')
>

function sentinelOptions({ password, ssl, ...address }: SentinelAddress): SentinelOptions {
  const timeoutMs = (address.socketTimeoutSec ?? 5) * 1000
  return {
    sentinels: address.instances.map(([host, port]) => ({ host, port })),
    name: address.masterName,
    db: address.db,
    // Each connection hears of a fail-over by itself, instead of when the old master refuses it.
    failoverDetector: true,
    sentinelCommandTimeout: timeoutMs,
    ...(typeof password !== 'string' ? {} : { password, sentinelPassword: password }),
    ...(ssl ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  }
}

/** An address to show, without its password. */
export function showAddress(address: string | SentinelAddress): string {
  if (typeof address === 'string') return redactUrl(address)
  const instances = address.instances.map(([host, port]) => `${host}:${port}`).join(',')
  return `sentinel ${address.masterName} at ${instances}`
}

// Back-off with jitter, so that a fleet does not return to a restarted server in one instant.
function reconnectDelayMs(attempt: number, jitter: number): number {
  const ceilingMs = Math.min(2_000, 50 * 2 ** Math.min(attempt, 6))
  return ceilingMs * (0.5 + 0.5 * jitter)
}

/** The options behind a URL: `redis://[[user]:password@]host[:port][/db]`, `rediss://…`, `unix:///path[?db=n]`. */
export function parseRedisUrl(url: string): RedisAddress {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    // The error that is caught here carries the whole URL, so it is not passed on as cause.
    throw badUrl(url, 'is not a URL')
  }
  const options: RedisAddress = {}
  const database = parsed.protocol === 'unix:' ? (parsed.searchParams.get('db') ?? '') : parsed.pathname.slice(1)
  if (database !== '') {
    if (!/^\d+$/.test(database)) throw badUrl(url, `names the database ${JSON.stringify(database)}, not a number`)
    options.db = Number(database)
  }
  const decode = (part: string, what: string): string => {
    try {
      return decodeURIComponent(part)
    } catch {
      throw badUrl(url, `has a "%" in its ${what} that is not written %25`)
    }
  }
  if (parsed.username !== '') options.username = decode(parsed.username, 'user name')
  if (parsed.password !== '') options.password = decode(parsed.password, 'password')
  switch (parsed.protocol) {
    case 'unix:':
      if (parsed.pathname === '' || parsed.host !== '')
        throw badUrl(url, 'needs an absolute path: unix:///path/to.sock')
      return { ...options, path: decode(parsed.pathname, 'path') }
    case 'redis:':
    case 'rediss:':
      return {
        ...options,
        host: parsed.hostname === '' ? '127.0.0.1' : parsed.hostname.replace(/^\[|\]$/g, ''),
        port: parsed.port === '' ? 6379 : Number(parsed.port),
        ...(parsed.protocol === 'rediss:' ? { tls: {} } : {}),
      }
    default:
      throw badUrl(url, `has the scheme ${parsed.protocol}//`)
  }
}

/** The URL without its password, to show. */
export function redactUrl(url: string): string {
  // Up to the last @: a password may hold any character by mistake, and then the text is not even a URL.
  return url.replace(/^([a-z]+:\/\/[^:@/]*:).*@/is, '$1***@')
}

function badUrl(url: string, found: string): RqdError {
  return new RqdError(
    'RQD_BAD_OPTION',
    `Redis URL ${JSON.stringify(redactUrl(url))} ${found}; expected redis://host:port/db, rediss://… or unix:///path/to.sock?db=n`,
  )
}
