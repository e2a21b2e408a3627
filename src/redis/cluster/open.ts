import type * as ioredis from 'ioredis'
import { RqdError } from '../../errors.js'
import { createKeys, guardKey } from '../keys.js'
import { loadTls } from '../tls.js'
import { parseClusterUrl } from './address.js'
import { SlotOwner } from './slot-owner.js'
import { SlotRedis } from './slot-redis.js'

/** How long one node may take to tell who serves a slot. */
const ASK_LIMIT_MS = 2_000

/**
 * A connection to the node of a cluster that has the keys of a prefix, wherever they move.
 * @throws RqdError RQD_BAD_OPTION for a URL of another form, a file for TLS that cannot be used, or a prefix without a
 * hash tag
 */
export function openCluster(
  url: string,
  behaviour: Omit<ioredis.RedisOptions, 'replyMapping'>,
  prefix: string | undefined,
): ioredis.Redis {
  const { nodes, tls: files, ...login } = parseClusterUrl(url)
  checkClusterPrefix(prefix ?? '')
  const { queues: key } = createKeys(prefix)
  const limitMs = Math.min(behaviour.connectTimeout ?? ASK_LIMIT_MS, ASK_LIMIT_MS)
  const asking = {
    connectTimeoutMs: limitMs,
    commandTimeoutMs: limitMs,
    connectionName: behaviour.connectionName ?? 'rqd',
  }
  const tls = files === undefined ? undefined : loadTls(files)
  return new SlotRedis(
    { ...behaviour, ...login, ...(tls === undefined ? {} : { tls }) },
    new SlotOwner({ nodes, ...login, tls }, key, asking),
  )
}

/** @throws RqdError RQD_BAD_OPTION if nothing ties all keys of a prefix to one slot */
export function checkClusterPrefix(prefix: string): void {
  if (guardKey(prefix) !== undefined) return
  const text = `the prefix is ${JSON.stringify(prefix)}; on a Redis Cluster it needs a hash tag, so that all its keys lie in one slot: --prefix '{tenant}:rq', for instance`
  throw new RqdError('RQD_BAD_OPTION', text)
}
