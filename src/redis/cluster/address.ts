import { RqdError } from '../../errors.js'

/** A Redis Cluster: some of its nodes, and how to be let in by all of them. */
export interface ClusterAddress {
  readonly nodes: readonly ClusterNode[]
  readonly username?: string
  readonly password?: string
  readonly tls: boolean
}

export interface ClusterNode {
  readonly host: string
  readonly port: number
}

const EXPECTED = 'redis+cluster://[[user]:password@]host:port,host:port or rediss+cluster://…'
const DEFAULT_PORT = 6379

/** True for a URL that names a cluster. */
export function isClusterUrl(url: string): boolean {
  return /^rediss?\+cluster:\/\//i.test(url)
}

/** Read the URL of a cluster. @throws RqdError RQD_BAD_OPTION, without the password */
export function parseClusterUrl(url: string): ClusterAddress {
  const [, scheme = '', rest = ''] = /^(rediss?)\+cluster:\/\/([^]*)$/i.exec(url) ?? []
  const at = rest.lastIndexOf('@')
  const [credentials, places] = at < 0 ? ['', rest] : [rest.slice(0, at), rest.slice(at + 1)]
  const [username = '', ...password] = credentials.split(':')
  return {
    nodes: places
      .replace(/\/$/, '')
      .split(',')
      .map((text) => parseNode(text.trim())),
    ...(username === '' ? {} : { username: decode(username, 'user name') }),
    ...(password.length === 0 ? {} : { password: decode(password.join(':'), 'password') }),
    tls: scheme.toLowerCase() === 'rediss',
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
