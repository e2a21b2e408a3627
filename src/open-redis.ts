import type { Redis } from 'ioredis'
import { openUserConnection } from './redis/connection.js'

/**
 * An ioredis client for a URL as `rqd` reads it: `redis://`, `rediss://` with files for TLS, `unix://`, and
 * `redis+sentinel://` or `rediss+sentinel://`, with which it follows the master through every fail-over. It connects when
 * it is first used, and is the caller's to close.
 * @throws RqdError RQD_BAD_OPTION for a URL of another form, or a file for TLS that cannot be used
 */
export function openRedis(url: string): Redis {
  return openUserConnection(url, undefined, undefined, 'rqd-client')
}
