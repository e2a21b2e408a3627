import { RqdError } from '../../errors.js'
import type { TlsFiles } from '../tls.js'
import { tlsFilesOf } from '../url-query.js'

/** A Redis Cluster: some of its nodes, and how to be let in by all of them. */
export interface ClusterAddress {
  readonly nodes: readonly ClusterNode[]
  readonly username?: string
  readonly password?: string
  /** Undefined: no TLS. */
  readonly tls: TlsFiles | undefined
}

export interface ClusterNode {
  readonly host: string
  readonly port: number
}

const EXPECTED = 'redis+cluster://[[user]:password@]host:port,host:port or rediss+cluster://…[?ssl_ca_certs=FILE]'
const DEFAULT_PORT = 6379

/** True for a URL that names a cluster. */
export function isClusterUrl(url: string): boolean {
  return /^rediss?\+cluster:\/\//i.test(url)
}

/** Read the URL of a cluster. @throws RqdError RQD_BAD_OPTION, without the password */
export function parseClusterUrl(url: string): ClusterAddress {
  const [, scheme = '', rest = ''] = /^(rediss?)\+cluster:\/\/([^]*)$/i.exec(url) ?? []
  const isTls = scheme.toLowerCase() === 'rediss'
  const at = rest.lastIndexOf('@')
  const [credentials, behind] = at < 0 ? ['', rest] : [rest.slice(0, at), rest.slice(at + 1)]
  const [places = '', ...query] = behind.split('?')
  const tls = parseQuery(query.join('?'))
  if (!isTls && Object.keys(tls).length > 0)
    throw badUrl('the URL of a Redis Cluster names files for TLS, which only rediss+cluster:// has')
  const [username = '', ...password] = credentials.split(':')
  return {
    nodes: places
      .replace(/\/$/, '')
      .split(',')
      .map((text) => parseNode(text.trim())),
    ...(username === '' ? {} : { username: decode(username, 'user name') }),
    ...(password.length === 0 ? {} : { password: decode(password.join(':'), 'password') }),
    tls: isTls ? tls : undefined,
  }
}

function parseNode(text: string): ClusterNode {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-f:.]+)\]|([^\s/@?#[\]:]+))(?::(\d{1,5}))?$/i.exec(text) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? DEFAULT_PORT : Number(port)
  if (host !== undefined && number >= 1 && number <= 65_535) return { host, port: number }
  const hint = text.includes('/') ? ' (a cluster has no databases)' : ''
  throw badUrl(`the URL of a Redis Cluster names the node ${JSON.stringify(text)}${hint}`)
}

function parseQuery(text: string): TlsFiles {
  const query = new URLSearchParams(text)
  const refuse = (found: string): RqdError => badUrl(`the URL of a Redis Cluster ${found}`)
  const other = [...query.keys()].find((name) => !name.startsWith('ssl_'))
  if (other !== undefined) throw refuse(`has ${JSON.stringify(other)} after its "?", where only those of TLS are known`)
  return tlsFilesOf(query, refuse)
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw badUrl(`the URL of a Redis Cluster has a "%" in its ${what} that is not written %25`)
  }
}

function badUrl(found: string): RqdError {
  return new RqdError('RQD_BAD_OPTION', `${found}; expected ${EXPECTED}`)
}
