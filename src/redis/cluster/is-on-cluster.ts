import type * as ioredis from 'ioredis'
import { requirePackage } from '../../require.js'
import { SlotRedis } from './slot-redis.js'

const { Cluster } = requirePackage('ioredis') as typeof ioredis

/** True for a connection to a Redis Cluster: one of ours, or a client of ioredis, of whichever copy of that package. */
export function isOnCluster(redis: ioredis.Redis): boolean {
  return redis instanceof SlotRedis || redis instanceof Cluster || redis.isCluster
}
