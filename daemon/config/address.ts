import { RqdError } from '../../src/errors.js'
import { isSentinelUrl, splitSentinelUrl } from '../../src/redis/sentinel-url.js'
import type { TlsFiles } from '../../src/redis/tls.js'
import { describeValue } from './describe-value.js'
import { type AddressPart, addressParts } from './names.js'
import { type Setting, type Settings, nameSetting } from './settings.js'

/** The server where nobody names one. */
export const DEFAULT_URL = 'redis://localhost:6379/0'

const shown: Readonly<Record<AddressPart, string>> = {
  redisHost: 'a host name or address',
  redisPort: 'a port from 1 to 65535',
  redisDb: 'the number of a database, 0 or more',
  redisUsername: 'a text',
  redisPassword: 'a text',
  redisSsl: 'true or false',
  redisSslCaCerts: 'the path of a PEM file',
  redisSslCertfile: 'the path of a PEM file',
  redisSslKeyfile: 'the path of a PEM file',
  redisSslServerName: 'the name in the certificate of the server',
}

/** Where Redis is: one of the two, or neither if no source says anything. */
export interface Address {
  readonly url?: Setting
  readonly sentinel?: Setting
}

/**
 * Fold what the layers say of Redis, the strongest last. In one layer an URL wins over SENTINEL, and that over parts,
 * as in RQ; parts in a stronger layer change what a weaker one says (a password from the environment, say).
 * @throws RqdError RQD_BAD_OPTION naming a part that is none, without a password.
 */
export function resolveAddress(layers: readonly Settings[]): Address {
  return layers.reduce<Address>((below, layer) => {
    const url = layer.get('url')
    if (url !== undefined) return { url }
    const sentinel = layer.get('sentinel')
    if (sentinel !== undefined) return { sentinel }
    const parts = addressParts.flatMap((name) => {
      const setting = layer.get(name)
      return setting === undefined ? [] : [{ name, setting, value: readPart(name, setting) }]
    })
    if (parts.length === 0) return below
    if (below.sentinel !== undefined && !parts.some(({ name }) => name === 'redisHost'))
      return { sentinel: join(below.sentinel, parts) }
    return { url: apply(below.url, parts) }
  }, {})
}

/** What parts are called in SENTINEL; those that it has no use for are left out, as in RQ. */
const inSentinel: Readonly<Partial<Record<AddressPart, string>>> = {
  redisUsername: 'username',
  redisPassword: 'password',
  redisDb: 'db',
  redisSsl: 'ssl',
}
const inTls: Readonly<Partial<Record<AddressPart, keyof TlsFiles>>> = {
  redisSslCaCerts: 'caCerts',
  redisSslCertfile: 'certfile',
  redisSslKeyfile: 'keyfile',
  redisSslServerName: 'serverName',
}

/** SENTINEL of a weaker source with parts of a stronger one: a password from the environment, say. */
function join(below: Setting, parts: readonly Part[]): Setting {
  // It is going to be refused as it is.
  if (typeof below.value !== 'object' || below.value === null || Array.isArray(below.value)) return below
  const value: Record<string, unknown> = { ...below.value }
  const tls: Record<string, unknown> = { ...(value['tls'] as object | undefined) }
  const used = parts.filter(({ name }) => inSentinel[name] !== undefined || inTls[name] !== undefined)
  for (const { name, value: given } of used) {
    const [field, file] = [inSentinel[name], inTls[name]]
    if (field !== undefined) value[field] = given
    if (file !== undefined) tls[file] = given
  }
  if (used.length === 0) return below
  if (Object.keys(tls).length > 0) value['tls'] = tls
  return { value, origin: { kind: 'several', origins: [below.origin, ...used.map(({ setting }) => setting.origin)] } }
}

interface Part {
  readonly name: AddressPart
  readonly setting: Setting
  readonly value: string
}

function apply(below: Setting | undefined, parts: readonly Part[]): Setting {
  const origins = [...(below === undefined ? [] : [below.origin]), ...parts.map(({ setting }) => setting.origin)]
  const origin = origins.length === 1 && origins[0] !== undefined ? origins[0] : ({ kind: 'several', origins } as const)
  const base = below?.value ?? DEFAULT_URL
  // A URL has one host: the name `sentinels` stands for all of them meanwhile.
  const split = typeof base === 'string' && isSentinelUrl(base) ? splitSentinelUrl(base) : undefined
  const url = parse(split?.rest ?? base)
  // It is going to be refused as it is.
  if (url === undefined) return { value: base, origin }
  const { href } = parts.reduce(change, url)
  return { value: split !== undefined && isSentinelUrl(href) ? href.replace('sentinels', split.hosts) : href, origin }
}

function change(url: URL, { name, value }: Part): URL {
  switch (name) {
    case 'redisHost': {
      const host = value.includes(':') ? `[${value}]` : value
      // A Unix socket gives way to a host as a whole, and so do sentinels.
      const next = url.protocol === 'unix:' || isSentinelUrl(url.href) ? new URL(DEFAULT_URL) : url
      next.hostname = host
      return next
    }
    case 'redisPort':
      url.port = value
      return url
    case 'redisDb':
      if (url.protocol === 'unix:') url.searchParams.set('db', value)
      else if (isSentinelUrl(url.href)) url.pathname = `/${url.pathname.split('/')[1] ?? ''}/${value}`
      else url.pathname = `/${value}`
      return url
    case 'redisUsername':
      url.username = encodeURIComponent(value)
      return url
    case 'redisPassword':
      url.password = encodeURIComponent(value)
      return url
    case 'redisSsl':
      if (url.protocol !== 'unix:')
        url.protocol = url.protocol.replace(/^rediss?/, value === 'true' ? 'rediss' : 'redis')
      return url
    case 'redisSslCaCerts':
    case 'redisSslCertfile':
    case 'redisSslKeyfile':
    case 'redisSslServerName':
      url.searchParams.set(queryNames[name], value)
      return url
  }
}

const queryNames = {
  redisSslCaCerts: 'ssl_ca_certs',
  redisSslCertfile: 'ssl_certfile',
  redisSslKeyfile: 'ssl_keyfile',
  redisSslServerName: 'ssl_server_name',
} as const

function parse(text: unknown): URL | undefined {
  return typeof text === 'string' && URL.canParse(text) ? new URL(text) : undefined
}

function readPart(name: AddressPart, { value, origin }: Setting): string {
  const text = normalise(name, value)
  if (text !== undefined) return text
  const found = name === 'redisPassword' ? `a ${typeof value}` : describeValue(value)
  throw new RqdError('RQD_BAD_OPTION', `${nameSetting(name, origin)} is ${found}; expected ${shown[name]}`)
}

function normalise(name: AddressPart, value: unknown): string | undefined {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
  if (typeof text !== 'string') return undefined
  switch (name) {
    case 'redisHost':
      return /^[^\s/@?#[\]]+$/.test(text) ? text : undefined
    case 'redisPort':
      return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535 ? text : undefined
    case 'redisDb':
      return /^\d{1,6}$/.test(text) ? text : undefined
    case 'redisPassword':
      return text
    case 'redisUsername':
    case 'redisSslCaCerts':
    case 'redisSslCertfile':
    case 'redisSslKeyfile':
    case 'redisSslServerName':
      return text === '' ? undefined : text
    case 'redisSsl':
      if (/^(true|t|yes|y|1|on)$/i.test(text)) return 'true'
      return /^(false|f|no|n|0|off|)$/i.test(text) ? 'false' : undefined
  }
}
