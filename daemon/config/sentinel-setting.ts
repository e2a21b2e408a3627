import { tlsNames } from '../../src/redis/url-query.js'
import { optionKey } from './names.js'

/** Names of redis-py, written as options here, to the fields of `tls`. */
const tlsFields = new Map(Object.entries(tlsNames).map(([name, field]) => [optionKey(name), field]))

/** What SENTINEL_KWARGS call otherwise than we do. */
const ofSentinels: Readonly<Record<string, string>> = {
  username: 'sentinelUsername',
  password: 'sentinelPassword',
  ssl: 'sentinelSsl',
  socketTimeout: 'socketTimeoutSec',
}

/**
 * RQ's SENTINEL with our names: CONNECTION_KWARGS and SENTINEL_KWARGS are arguments of redis-py for the connections to
 * Redis and to the sentinels. What is no argument that we have keeps its name, and is refused by it.
 * @param anchor makes the path of a file absolute
 */
export function readSentinel(value: unknown, anchor: (path: unknown) => unknown): unknown {
  if (!isRecord(value)) return value
  const fields: Record<string, unknown> = {}
  const tls: Record<string, unknown> = {}
  const put = (within: string, name: string, each: unknown): void => {
    const key = optionKey(name)
    const file = tlsFields.get(key)
    if (file !== undefined) {
      const path = file === 'serverName' ? each : anchor(each)
      // One set of files serves both kinds of connections.
      if (tls[file] === undefined || tls[file] === path) tls[file] = path
      else fields[`${within}${name}`] = each
    } else if (within === 'SENTINEL_KWARGS ') {
      fields[Object.hasOwn(ofSentinels, key) ? (ofSentinels[key] ?? key) : `${within}${name}`] = each
    } else {
      fields[key === 'socketTimeout' ? 'socketTimeoutSec' : key] = each
    }
  }
  for (const [name, each] of Object.entries(value)) {
    const key = optionKey(name)
    const within =
      key === 'sentinelKwargs' ? 'SENTINEL_KWARGS ' : key === 'connectionKwargs' ? 'CONNECTION_KWARGS ' : ''
    if (within === '' || !isRecord(each)) put('', name, each)
    else for (const [argument, given] of Object.entries(each)) put(within, argument, given)
  }
  return Object.keys(tls).length === 0 ? fields : { ...fields, tls }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
