import type * as ioredis from 'ioredis'
import { requirePackage } from '../../require.js'
import { SlotRedis } from './slot-redis.js'

const { Cluster } = requirePackage('ioredis') as typeof ioredis

/** True for a client of ioredis for all of a cluster, which sends what names no key to any of the nodes. */
export function isClusterClient(redis: ioredis.Redis): boolean {
  return redis instanceof Cluster || redis.isCluster
}

/** True for a connection to a Redis Cluster: one of ours, or a client of ioredis, of whichever copy of that package. */
export function isOnCluster(redis: ioredis.Redis): boolean {
  return redis instanceof SlotRedis || isClusterClient(redis)
}
