import { systemClock } from '../../src/clock.js'
import { coerceError } from '../../src/errors.js'
import { systemRandom } from '../../src/random.js'
import { connectRedis, showAddress } from '../../src/redis/connection.js'
import { describeTrouble } from '../../src/redis/trouble.js'
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
    ...(await checkServer(config)),
    ...(await checkTasks({ environment, heapMb, taskPaths: config.path, isDefault })),
    await checkSocket(config.socket ?? defaultSocketPath(environment)),
    ...(config.pid === undefined ? [] : [await checkPidFile(config.pid)]),
  ]
}

async function checkServer(config: Configuration['config']): Promise<Finding[]> {
  const address = config.sentinel ?? config.url
  const redis = connectRedis(address, {
    commandTimeoutMs: CONNECT_LIMIT_MS,
    connectTimeoutMs: CONNECT_LIMIT_MS,
    connectionName: 'rqd-check',
    prefix: config.prefix,
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
      ok('Redis', `${showAddress(address)} answers in ${tookMs} ms`),
      ...(await checkRedis(redis, systemClock)),
      await checkName(redis, createKeys(config.prefix), config),
    ]
  } catch (thrown) {
    const why = describeTrouble(failure ?? coerceError(thrown), redis)
    return [fail('Redis', `${showAddress(address)} does not answer: ${why}`, next)]
  } finally {
    redis.disconnect()
  }
}
