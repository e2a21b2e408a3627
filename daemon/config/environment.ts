import { type AddressPart, optionKey } from './names.js'
import { endings } from './find-file.js'
import type { Setting, Settings } from './settings.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** Names that begin with RQD_ and are no options: the file's own, what executors are started with, and rqctl's. */
const others = ['RQD_CONFIG', 'RQD_DAEMON', 'RQD_LIFELINE', 'RQD_TENANT']

/** Names that RQ's command line reads, and the options that they are. */
const rqNames: Readonly<Record<string, string>> = {
  RQ_REDIS_URL: 'url',
  RQ_REDIS_HOST: 'redisHost',
  RQ_REDIS_PORT: 'redisPort',
  RQ_REDIS_DB: 'redisDb',
  RQ_REDIS_PASSWORD: 'redisPassword',
  RQ_REDIS_SSL: 'redisSsl',
  RQ_REDIS_SSL_CA_CERTS: 'redisSslCaCerts',
  RQ_SENTRY_DSN: 'sentryDsn',
}

/** What RQ's command line reads where neither a flag nor a file says where Redis is. */
const bareNames: Readonly<Record<string, 'url' | AddressPart>> = {
  REDIS_URL: 'url',
  REDIS_HOST: 'redisHost',
  REDIS_PORT: 'redisPort',
  REDIS_DB: 'redisDb',
  REDIS_PASSWORD: 'redisPassword',
  REDIS_SSL: 'redisSsl',
  REDIS_SSL_CA_CERTS: 'redisSslCaCerts',
}

/** What the environment says: `RQD_…`, and RQ's names, of which the former win. An empty text says nothing. */
export function readEnvironment(environment: Environment): Settings {
  const settings = pick(environment, rqNames)
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('RQD_') || others.includes(name) || value === undefined || value === '') continue
    settings.set(optionKey(name.slice('RQD_'.length)), { value, origin: { kind: 'environment', name } })
  }
  return settings
}

/**
 * The address in `REDIS_URL` or `REDIS_HOST` and its kin: the weakest of all, because other programs go by them too.
 * Without `REDIS_HOST` the others count for nothing: Kubernetes sets a `REDIS_PORT` that is no port.
 */
export function readBareEnvironment(environment: Environment): Settings {
  const settings = pick(environment, bareNames)
  return settings.has('url') || settings.has('redisHost') ? settings : new Map()
}

/** The configuration file that the environment names. RQ_CONFIG counts unless it is a module of Python. */
export function configFileOf(environment: Environment): string | undefined {
  const own = environment['RQD_CONFIG'] ?? ''
  if (own !== '') return own
  const rq = environment['RQ_CONFIG'] ?? ''
  return endings.some((ending) => rq.endsWith(`.${ending}`)) ? rq : undefined
}

function pick(environment: Environment, names: Readonly<Record<string, string>>): Map<string, Setting> {
  const settings = new Map<string, Setting>()
  for (const [name, key] of Object.entries(names)) {
    const value = environment[name]
    if (value !== undefined && value !== '') settings.set(key, { value, origin: { kind: 'environment', name } })
  }
  return settings
}
