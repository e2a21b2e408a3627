import { RqdError } from '../../src/errors.js'
import { describeValue } from './describe-value.js'
import { type AddressPart, addressParts } from './names.js'
import { type Setting, type Settings, nameSetting } from './settings.js'

/** The server where nobody names one. */
export const DEFAULT_URL = 'redis://localhost:6379/0'

const shown: Readonly<Record<AddressPart, string>> = {
  redisHost: 'a host name or address',
  redisPort: 'a port from 1 to 65535',
  redisDb: 'the number of a database, 0 or more',
  redisPassword: 'a text',
  redisSsl: 'true or false',
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
    if (below.sentinel !== undefined && !parts.some(({ name }) => name === 'redisHost')) return below
    return { url: apply(below.url, parts) }
  }, {})
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
  const url = parse(base)
  // It is going to be refused as it is.
  if (url === undefined) return { value: base, origin }
  return { value: parts.reduce(change, url).href, origin }
}

function change(url: URL, { name, value }: Part): URL {
  switch (name) {
    case 'redisHost': {
      const host = value.includes(':') ? `[${value}]` : value
      // A Unix socket gives way to a host as a whole.
      const next = url.protocol === 'unix:' ? new URL(DEFAULT_URL) : url
      next.hostname = host
      return next
    }
    case 'redisPort':
      url.port = value
      return url
    case 'redisDb':
      if (url.protocol === 'unix:') url.searchParams.set('db', value)
      else url.pathname = `/${value}`
      return url
    case 'redisPassword':
      url.password = encodeURIComponent(value)
      return url
    case 'redisSsl':
      if (url.protocol !== 'unix:') url.protocol = value === 'true' ? 'rediss:' : 'redis:'
      return url
  }
}

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
    case 'redisSsl':
      if (/^(true|t|yes|y|1|on)$/i.test(text)) return 'true'
      return /^(false|f|no|n|0|off|)$/i.test(text) ? 'false' : undefined
  }
}
