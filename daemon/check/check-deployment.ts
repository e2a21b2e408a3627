import { systemClock } from '../../src/clock.js'
import { coerceError } from '../../src/errors.js'
import { systemRandom } from '../../src/random.js'
import { connectRedis, showAddress } from '../../src/redis/connection.js'
import { describeTrouble } from '../../src/redis/trouble.js'
import { isClusterUrl } from '../../src/redis/cluster/address.js'
import { createKeys } from '../../src/redis/keys.js'
import type { Configuration } from '../config/make-config.js'
import { defaultSocketPath } from '../control/socket-path.js'
import { type Finding, fail, ok, warn } from './finding.js'
import { checkName } from './name-findings.js'
import { checkPidFile, checkSocket } from './place-findings.js'
import { checkRedis } from './redis-findings.js'
import { checkTasks } from './task-findings.js'

const CONNECT_LIMIT_MS = 5_000

/** Look at everything that a daemon of this configuration needs. Starts none, writes nothing. */
export async function checkDeployment(
  { config, origins, warnings }: Configuration,
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<Finding[]> {
  const heapMb = config.executorHeapMb ?? null
  const isDefault = origins.get('path')?.kind === 'default'
  return [
    ok('Configuration', file ?? 'no file: defaults, environment and flags'),
    ...warnings.map((warning) => warn('Configuration', warning, 'correct it, or leave it if it is meant')),
    ...(await checkServers(config)),
    ...(await checkTasks({ environment, heapMb, taskPaths: config.path, isDefault })),
    await checkSocket(config.socket ?? defaultSocketPath(environment)),
    ...(config.pid === undefined ? [] : [await checkPidFile(config.pid)]),
  ]
}

/** The Redis of each tenant, which may be another node for each on a cluster, and is the same one elsewhere. */
async function checkServers(config: Configuration['config']): Promise<Finding[]> {
  const { tenants, sentinel, url, prefix } = config
  if (tenants.length === 0) return checkServer(config, prefix, checkRedis)
  const isCluster = sentinel === undefined && isClusterUrl(url)
  const found = await Promise.all(
    tenants.map(async (tenant, i) => {
      const about = (finding: Finding): Finding => ({ ...finding, reason: `tenant ${tenant.name}: ${finding.reason}` })
      const look: typeof checkRedis = async (...server) => (await checkRedis(...server)).map(isCluster ? about : same)
      const own = await checkServer(config, tenant.prefix, isCluster || i === 0 ? look : nothing, about)
      return [ok('Tenant', `${tenant.name} has the prefix ${tenant.prefix} and the weight ${tenant.weight}`), ...own]
    }),
  )
  return found.flat()
}

const same = (finding: Finding): Finding => finding
const nothing: typeof checkRedis = () => Promise.resolve([])

/** @param about says in a finding whom it is about, if that is not everybody */
async function checkServer(
  config: Configuration['config'],
  prefix: string,
  look: typeof checkRedis,
  about = same,
): Promise<Finding[]> {
  const address = config.sentinel ?? config.url
  const redis = connectRedis(address, {
    commandTimeoutMs: CONNECT_LIMIT_MS,
    connectTimeoutMs: CONNECT_LIMIT_MS,
    connectionName: 'rqd-check',
    prefix,
    reconnect: false,
    random: systemRandom,
  })
  let failure: Error | undefined
  redis.on('error', (error: Error) => (failure = error))
  const next = 'start it, or give its address with --url'
  try {
    await redis.connect()
    const fromMs = systemClock.monoMs()
    await redis.ping()
    const tookMs = (systemClock.monoMs() - fromMs).toFixed(1)
    return [
      about(ok('Redis', `${showAddress(address)} answers in ${tookMs} ms`)),
      ...(await look(redis, systemClock)),
      about(await checkName(redis, createKeys(prefix), config)),
    ]
  } catch (thrown) {
    const why = describeTrouble(failure ?? coerceError(thrown), redis)
    return [about(fail('Redis', `${showAddress(address)} does not answer: ${why}`, next))]
  } finally {
    redis.disconnect()
  }
}
