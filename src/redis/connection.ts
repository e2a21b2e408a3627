import type * as ioredis from 'ioredis'
import { RqdError } from '../errors.js'
import type { Random } from '../random.js'
import { requirePackage } from '../require.js'
import { isClusterUrl } from './cluster/address.js'
import { openCluster } from './cluster/open.js'
import { redactUrl } from './redact-url.js'
import { sentinelConnector } from './sentinel-connector.js'
import { isSentinelUrl, parseSentinelUrl, type SentinelAddress } from './sentinel-url.js'
import { loadTls } from './tls.js'
import { parseRedisUrl } from './url.js'

export type { SentinelAddress } from './sentinel-url.js'

const { Redis } = requirePackage('ioredis') as typeof ioredis

type Options = Omit<ioredis.RedisOptions, 'replyMapping'>

/** Longest pause between attempts to connect. */
const CEILING_MS = 2_000
/** Behind Sentinel or in a cluster another server is going to be there in a moment; the one that died is not asked. */
const FAIL_OVER_CEILING_MS = 500

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
 * @throws RqdError RQD_BAD_OPTION for a URL of another form, a file for TLS that cannot be used; on a cluster for a prefix
 * without a hash tag, and for a class for connections
 */
export function connectRedis(address: string | SentinelAddress, policy: ConnectionPolicy): ioredis.Redis {
  const ceilingMs = mayFailOver(address) ? FAIL_OVER_CEILING_MS : CEILING_MS
  const retryStrategy = (attempt: number): number | null =>
    policy.reconnect === false ? null : reconnectDelayMs(attempt, policy.random.unit(), ceilingMs)
  const options = {
    connectTimeout: policy.connectTimeoutMs ?? 5_000,
    commandTimeout: policy.commandTimeoutMs,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    keepAlive: 5_000,
    lazyConnect: true,
    // Newer servers alone know what it would tell them, and an ACL would have to allow it.
    disableClientInfo: true,
    // A server that is frozen or cut off does not take part in an end.
    disconnectTimeout: 100,
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
  prefix: string | undefined,
  connectionName = 'rqd-executor',
): ioredis.Redis {
  const reconnectOnError = (error: Error): boolean => error.message.startsWith('READONLY')
  return open(address, { lazyConnect: true, connectionName, disableClientInfo: true, reconnectOnError }, prefix, make)
}

function open(
  address: string | SentinelAddress,
  behaviour: Options,
  prefix: string | undefined,
  make: MakeRedis | undefined,
): ioredis.Redis {
  if (typeof address === 'string' && isClusterUrl(address)) {
    if (make === undefined) return openCluster(address, behaviour, prefix)
    const text = 'a class for connections cannot be used with a Redis Cluster; leave out one of them'
    throw new RqdError('RQD_BAD_OPTION', text)
  }
  const options = { ...optionsOf(address), ...behaviour }
  return make?.(options) ?? new Redis(options)
}

function optionsOf(address: string | SentinelAddress): Options {
  if (typeof address !== 'string') return sentinelOptions(address)
  if (isSentinelUrl(address)) return sentinelOptions(parseSentinelUrl(address))
  const { tls, ...options } = parseRedisUrl(address)
  return { ...options, ...(tls === undefined ? {} : { tls: loadTls(tls) }) }
}

function sentinelOptions(address: SentinelAddress): Options {
  const { username, password, db, ssl, sentinelSsl, tls = {} } = address
  const material = ssl || sentinelSsl === true ? loadTls(tls) : undefined
  const ofSentinels = (sentinelSsl ?? ssl) ? material : undefined
  const ofRedis = ssl ? material : undefined
  return {
    Connector: sentinelConnector({ address, tls: ofSentinels }, ofRedis),
    db,
    ...(typeof username === 'string' ? { username } : {}),
    ...(typeof password === 'string' ? { password } : {}),
    // Read by ioredis, which waits for the handshake then.
    ...(ofRedis === undefined ? {} : { tls: ofRedis }),
  }
}

function mayFailOver(address: string | SentinelAddress): boolean {
  return isBehindSentinel(address) || (typeof address === 'string' && isClusterUrl(address))
}

/** True if Sentinel is asked where Redis is. */
export function isBehindSentinel(address: string | SentinelAddress): boolean {
  return typeof address !== 'string' || isSentinelUrl(address)
}

/** An address to show, without its password. */
export function showAddress(address: string | SentinelAddress): string {
  if (typeof address === 'string') return redactUrl(address)
  const instances = address.instances.map(([host, port]) => `${host}:${port}`).join(',')
  return `sentinel ${address.masterName} at ${instances}`
}

// Back-off with jitter, so that a fleet does not return to a restarted server in one instant.
function reconnectDelayMs(attempt: number, jitter: number, ceilingMs: number): number {
  return Math.min(ceilingMs, 50 * 2 ** Math.min(attempt, 6)) * (0.5 + 0.5 * jitter)
}
