import type { Redis } from 'ioredis'
import type { Keys } from '../../src/redis/keys.js'
import { workerNames } from '../../src/worker/registration.js'
import { type Finding, fail, ok } from './finding.js'

const WHAT = 'Name'

/** Whether a live worker has one of the names that the daemon would register. The rule is that of register.lua. */
export async function checkName(
  redis: Redis,
  keys: Keys,
  { name, executors }: { name?: string | undefined; executors: number },
): Promise<Finding> {
  if (name === undefined) return ok(WHAT, 'random, so never taken')
  const [sec] = (await redis.time()).map(Number)
  const nowMs = (sec ?? 0) * 1000
  for (const worker of workerNames(name, executors)) {
    const key = keys.worker(worker)
    const [death, owner] = await redis.hmget(key, 'death', 'rqd_supervisor')
    if ((await redis.exists(key)) === 0 || typeof death === 'string') continue
    const leaseEnd = typeof owner === 'string' ? await redis.zscore(keys.supervisors, owner) : null
    // A worker of Python RQ has no lease: its hash runs out.
    if (typeof owner !== 'string' || Number(leaseEnd ?? 0) > nowMs) {
      return fail(WHAT, `a live worker is called ${worker}`, 'choose another --name, or stop the other one')
    }
  }
  return ok(WHAT, `${name} is free`)
}
