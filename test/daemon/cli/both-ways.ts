import type { Test } from 'tap'
import { startRedis } from '../../helpers/redis.js'
import { dataOf, startServer } from '../control/harness.js'
import { type Run, type Screen, runRqctl } from './run-rqctl.js'

/** A private Redis, and rqctl on it: through a control server, or straight. */
export async function startBothWays(t: Test) {
  const redis = await startRedis(t)
  const { path } = await startServer(t, { data: dataOf(t, redis) })
  const ways = {
    socket: (argv: readonly string[], screen?: Screen): Promise<Run> => runRqctl([...argv, '--socket', path], screen),
    redis: (argv: readonly string[], screen?: Screen): Promise<Run> => runRqctl([...argv, '-u', redis.url], screen),
  }
  return { redis, path, ways, run: ways.redis }
}
