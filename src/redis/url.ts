import { isClusterUrl, parseClusterUrl } from './cluster/address.js'
import { badUrl } from './redact-url.js'
import { isSentinelUrl, parseSentinelUrl } from './sentinel-url.js'
import type { TlsFiles } from './tls.js'
import { tlsFilesOf } from './url-query.js'

/** Where a Redis server is and how to be let in. */
export interface RedisAddress {
  host?: string
  port?: number
  path?: string
  db?: number
  username?: string
  password?: string
  tls?: TlsFiles
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
  const tls = tlsFilesOf(parsed.searchParams, (found) => badUrl(url, found))
  if (parsed.protocol !== 'rediss:' && Object.keys(tls).length > 0)
    throw badUrl(url, 'names files for TLS, which only rediss:// has')
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
        ...(parsed.protocol === 'rediss:' ? { tls } : {}),
      }
    default:
      throw badUrl(url, `has the scheme ${parsed.protocol}//`)
  }
}

/** Look at a URL of any form, of Sentinel and of a cluster, too. @throws RqdError RQD_BAD_OPTION if it is none. */
export function checkRedisUrl(url: string): void {
  if (isClusterUrl(url)) parseClusterUrl(url)
  else if (isSentinelUrl(url)) parseSentinelUrl(url)
  else parseRedisUrl(url)
}
