import type * as ioredis from 'ioredis'
import { RqdError } from '../errors.js'
import type { Random } from '../random.js'
import { requirePackage } from '../require.js'
import { isClusterUrl, parseClusterUrl } from './cluster/address.js'
import { SlotOwner } from './cluster/slot-owner.js'
import { SlotRedis } from './cluster/slot-redis.js'
import { createKeys, guardKey } from './keys.js'

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
  /** Prefix of the keys that the connection is for: on a cluster it leads to the node that has them. Default: none. */
  prefix?: string
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
 * @throws RqdError RQD_BAD_OPTION if the URL is not one of redis://, rediss://, unix:// or redis+cluster://; if it names
 * a cluster and the prefix has no hash tag, or there is a class for connections.
 */
export function connectRedis(address: string | SentinelAddress, policy: ConnectionPolicy): ioredis.Redis {
  const retryStrategy = (attempt: number): number | null =>
    policy.reconnect === false ? null : reconnectDelayMs(attempt, policy.random.unit())
  const options = {
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
  return open(address, options, policy.prefix, policy.make)
}

/**
 * Open a connection for code of the operator's: it waits and tries again, as ioredis does.
 * @param prefix of the keys that it is for, on a cluster
 */
export function openUserConnection(
  address: string | SentinelAddress,
  make: MakeRedis | undefined,
  prefix: string,
): ioredis.Redis {
  return open(address, { lazyConnect: true, connectionName: 'rqd-executor' }, prefix, make)
}

/** How long one node may take to tell who serves a slot. */
const ASK_LIMIT_MS = 2_000

function open(
  address: string | SentinelAddress,
  behaviour: Omit<ioredis.RedisOptions, 'replyMapping'>,
  prefix: string | undefined,
  make: MakeRedis | undefined,
): ioredis.Redis {
  if (typeof address !== 'string' || !isClusterUrl(address)) {
    const options = { ...behaviour, ...optionsOf(address) }
    return make?.(options) ?? new Redis(options)
  }
  const { nodes, ...access } = parseClusterUrl(address)
  if (make !== undefined) {
    throw new RqdError(
      'RQD_BAD_OPTION',
      'a class for connections cannot be used with a Redis Cluster; leave out one of them',
    )
  }
  const { queues: key } = createKeys(prefix)
  checkClusterPrefix(prefix ?? '')
  const limitMs = Math.min(behaviour.connectTimeout ?? ASK_LIMIT_MS, ASK_LIMIT_MS)
  const asking = {
    connectTimeoutMs: limitMs,
    commandTimeoutMs: limitMs,
    connectionName: behaviour.connectionName ?? 'rqd',
  }
  const { tls, ...login } = access
  return new SlotRedis(
    { ...behaviour, ...login, ...(tls ? { tls: {} } : {}) },
    new SlotOwner({ nodes, ...access }, key, asking),
  )
}

/** @throws RqdError RQD_BAD_OPTION if nothing ties all keys of a prefix to one slot */
export function checkClusterPrefix(prefix: string): void {
  if (guardKey(prefix) !== undefined) return
  const text = `the prefix is ${JSON.stringify(prefix)}; on a Redis Cluster it needs a hash tag, so that all its keys lie in one slot: --prefix '{tenant}:rq', for instance`
  throw new RqdError('RQD_BAD_OPTION', text)
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

/** Look at a URL as `connectRedis` does. @throws RqdError RQD_BAD_OPTION */
export function checkRedisUrl(url: string): void {
  if (isClusterUrl(url)) parseClusterUrl(url)
  else parseRedisUrl(url)
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
  return url.replace(/^([a-z+]+:\/\/[^:@/]*:).*@/is, '$1***@')
}

function badUrl(url: string, found: string): RqdError {
  return new RqdError(
    'RQD_BAD_OPTION',
    `Redis URL ${JSON.stringify(redactUrl(url))} ${found}; expected redis://host:port/db, rediss://…, unix:///path/to.sock?db=n or redis+cluster://host:port,host:port`,
  )
}
