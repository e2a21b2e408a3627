import type { Redis } from 'ioredis'
import { openUserConnection } from './redis/connection.js'

/** What `openRedis` takes beside the URL. */
export interface OpenRedisOptions {
  /** Prefix of the keys that the client is for. A cluster needs it, with a hash tag: it leads to the node that has them. */
  readonly prefix?: string
}

/**
 * An ioredis client for a URL as `rqd` reads it: `redis://`, `rediss://` with files for TLS, `unix://`,
 * `redis+sentinel://` or `rediss+sentinel://`, with which it follows the master through every fail-over, and
 * `redis+cluster://` or `rediss+cluster://`, with which it follows the slot of its prefix. It connects when it is first
 * used, and is the caller's to close.
 * @throws RqdError RQD_BAD_OPTION for a URL of another form, a file for TLS that cannot be used, or a cluster's URL
 * without a prefix that has a hash tag
 */
export function openRedis(url: string, { prefix }: OpenRedisOptions = {}): Redis {
  return openUserConnection(url, undefined, prefix, 'rqd-client')
}
