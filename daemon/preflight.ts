import { stat } from 'node:fs/promises'
import type { Redis } from 'ioredis'
import { RqdError } from '../src/errors.js'
import type { Logger } from '../src/logger.js'

/** COPY, LPOP with a count and BLMOVE came with this one. */
export const OLDEST_REDIS = [6, 2] as const

/**
 * Refuse early, in one sentence, what would fail later in pieces; warn of what may lose jobs.
 * @throws RqdError RQD_BAD_OPTION, RQD_REDIS_UNFIT
 */
export async function preflight(redis: Redis, taskPaths: readonly string[], logger: Logger): Promise<void> {
  for (const path of taskPaths) {
    const found = await stat(path).catch(() => undefined)
    if (found?.isDirectory() === true) continue
    const what = found === undefined ? 'does not exist' : 'is not a folder'
    throw new RqdError('RQD_BAD_OPTION', `task path ${path} ${what}; give the folder of your task modules with --path`)
  }
  const info = parseInfo(await redis.info())
  const version = info.get('redis_version') ?? '0'
  if (!atLeast(version, OLDEST_REDIS)) {
    const text = `Redis ${version} is too old: rqd needs ${OLDEST_REDIS.join('.')} or newer (LPOP with a count, BLMOVE)`
    throw new RqdError('RQD_REDIS_UNFIT', text)
  }
  const role = info.get('role')
  if (role !== undefined && role !== 'master') {
    throw new RqdError('RQD_REDIS_UNFIT', `Redis is a ${role}: rqd writes, so give it the address of the master`)
  }
  const policy = info.get('maxmemory_policy') ?? 'noeviction'
  if (policy !== 'noeviction' && info.get('maxmemory') !== '0') {
    const advice = 'set maxmemory-policy noeviction, or jobs may be lost when memory is short'
    logger.warn(`Redis may evict keys: ${advice}`, { policy })
  }
}

/** The answer to INFO by field. */
export function parseInfo(text: string): Map<string, string> {
  const pairs = text.split('\r\n').filter((line) => line.includes(':'))
  return new Map(pairs.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]))
}

/** True if a version is `oldest` or newer. */
export function atLeast(version: string, oldest: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
}
