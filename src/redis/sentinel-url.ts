import { badUrl } from './redact-url.js'
import type { TlsFiles } from './tls.js'
import { tlsFilesOf, tlsNames } from './url-query.js'

/** Redis behind Sentinel: where the sentinels are, and what they call the master. */
export interface SentinelAddress {
  readonly instances: readonly (readonly [host: string, port: number])[]
  readonly masterName: string
  /** Bound for connecting to, and for each answer of, a sentinel, seconds. Default 1. */
  readonly socketTimeoutSec?: number | null | undefined
  /** Of Redis. */
  readonly username?: string | null | undefined
  readonly password?: string | null | undefined
  /** Of the sentinels. */
  readonly sentinelUsername?: string | null | undefined
  readonly sentinelPassword?: string | null | undefined
  readonly db: number
  /** TLS to Redis, and to the sentinels unless `sentinelSsl` says otherwise. */
  readonly ssl: boolean
  readonly sentinelSsl?: boolean | null | undefined
  readonly tls?: TlsFiles | undefined
}

const form =
  /^(?<scheme>rediss?\+sentinel):\/\/(?:(?<login>.*)@)?(?<hosts>[^/?#@]+)(?:\/(?<master>[^/?#]*))?(?:\/(?<db>[^/?#]*))?(?:\?(?<query>.*))?$/is
const instance = /^(?<host>\[[0-9a-f:.]+\]|[^\s:[\]]+)(?::(?<port>\d{1,5}))?$/i

const SENTINEL_PORT = 26_379
const DEFAULT_MASTER = 'mymaster'

/** True for a URL that names sentinels. */
export function isSentinelUrl(url: string): boolean {
  return /^rediss?\+sentinel:/i.test(url)
}

/** The sentinels in a URL and the rest of it, in which `sentinels` stands for them; undefined if it is none of ours. */
export function splitSentinelUrl(url: string): { hosts: string; rest: string } | undefined {
  const hosts = form.exec(url)?.groups?.['hosts']
  if (hosts === undefined) return undefined
  const at = url.indexOf(hosts, url.lastIndexOf('@') + 1)
  return { hosts, rest: `${url.slice(0, at)}sentinels${url.slice(at + hosts.length)}` }
}

/**
 * What `redis+sentinel://[[user]:password@]host[:port][,host[:port]…][/master[/db]]` says, or `rediss+sentinel://…` for
 * TLS; after a `?`: `sentinel_username`, `sentinel_password`, `sentinel_ssl`, `socket_timeout` (seconds) and those of TLS.
 * @throws RqdError RQD_BAD_OPTION naming what is wrong, without a password
 */
export function parseSentinelUrl(url: string): SentinelAddress {
  const refuse = (found: string): Error => badUrl(url, found)
  const { scheme = '', login, hosts = '', master, db, query } = form.exec(url)?.groups ?? {}
  if (hosts === '') throw refuse('names no sentinel')
  if (db !== undefined && !/^\d*$/.test(db)) throw refuse(`names the database ${JSON.stringify(db)}, not a number`)
  const text = (part: string, what: string): string => {
    try {
      return decodeURIComponent(part)
    } catch {
      throw refuse(`has a "%" in its ${what} that is not written %25`)
    }
  }
  const colon = login?.indexOf(':') ?? -1
  const user = colon < 0 ? (login ?? '') : (login ?? '').slice(0, colon)
  const password = colon < 0 ? '' : (login ?? '').slice(colon + 1)
  const ssl = /^rediss/i.test(scheme)
  const asked = new URLSearchParams(query ?? '')
  const tls = tlsFilesOf(asked, refuse)
  const settings = readQuery(asked, refuse)
  if (Object.keys(tls).length > 0 && !ssl && settings.sentinelSsl !== true)
    throw refuse('names files for TLS, which only rediss+sentinel:// has')
  return {
    instances: hosts.split(',').map((each) => readInstance(each, refuse)),
    masterName: master === undefined || master === '' ? DEFAULT_MASTER : text(master, 'master'),
    db: db === undefined || db === '' ? 0 : Number(db),
    ssl,
    ...(user === '' ? {} : { username: text(user, 'user name') }),
    ...(password === '' ? {} : { password: text(password, 'password') }),
    ...settings,
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  }
}

function readInstance(found: string, refuse: (found: string) => Error): readonly [string, number] {
  const { host = '', port } = instance.exec(found)?.groups ?? {}
  const number = port === undefined ? SENTINEL_PORT : Number(port)
  if (host === '' || number < 1 || number > 65_535)
    throw refuse(`names the sentinel ${JSON.stringify(found)}, not host:port`)
  return [host.replace(/^\[|\]$/g, ''), number]
}

type Asked = Pick<SentinelAddress, 'sentinelUsername' | 'sentinelPassword' | 'sentinelSsl' | 'socketTimeoutSec'>

function readQuery(query: URLSearchParams, refuse: (found: string) => Error): Asked {
  const asked: { -readonly [K in keyof Asked]: Asked[K] } = {}
  for (const [name, value] of query) {
    switch (name) {
      case 'sentinel_username':
        asked.sentinelUsername = value
        break
      case 'sentinel_password':
        asked.sentinelPassword = value
        break
      case 'sentinel_ssl':
        if (!/^(true|false)$/i.test(value)) throw refuse('has a sentinel_ssl that is neither true nor false')
        asked.sentinelSsl = value.toLowerCase() === 'true'
        break
      case 'socket_timeout':
        if (!(Number(value) > 0 && Number(value) <= 3_600))
          throw refuse('has a socket_timeout that is no number of seconds')
        asked.socketTimeoutSec = Number(value)
        break
      default:
        if (name.startsWith('ssl_')) break
        throw refuse(
          `has ${JSON.stringify(name)} after its "?", where sentinel_username, sentinel_password, sentinel_ssl, socket_timeout, ${Object.keys(tlsNames).join(', ')} are known`,
        )
    }
  }
  return asked
}
