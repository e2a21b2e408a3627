import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { delimiter, dirname, join, resolve } from 'node:path'
import { aptInstall, mayInstall } from './apt.mjs'
import { findProgram } from './find-program.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'

export const redisAdvice =
  'redis-server is not on the PATH. Install Redis 6.2 or newer and run this again:\n' +
  '  Debian, Ubuntu   sudo apt-get install redis-server\n' +
  '  Fedora, RHEL     sudo dnf install redis\n' +
  '  Alpine           sudo apk add redis\n' +
  '  macOS            brew install redis'

/**
 * Have a redis-server on this process's PATH, installing it where that is allowed. No system service is set up: on
 * Debian the package `redis-tools` holds the very program (one binary, told apart by the name it is run under), while
 * `redis-server` adds a service on the default port that nobody here asked for.
 * RQD_TEST_REDIS_SERVER names another program to use: a newer one, or Valkey's.
 * @returns its path, or undefined if there is none and it may not be installed
 * @throws Error if what RQD_TEST_REDIS_SERVER names is no server
 */
export async function provideRedisServer() {
  const named = process.env.RQD_TEST_REDIS_SERVER ?? ''
  if (named !== '') return useNamed(resolve(named))
  const found = findProgram('redis-server')
  if (found !== undefined) return found
  const linked = await linkFromTools()
  if (linked !== undefined) return linked
  if (!mayInstall()) return undefined
  await aptInstall(['redis-tools'])
  return findProgram('redis-server') ?? (await linkFromTools())
}

/** Everything that starts a server calls it `redis-server` and looks on the PATH: there lies a link of that name first. */
async function useNamed(program) {
  const folder = join(root, 'build', 'bin', createHash('sha1').update(program).digest('hex').slice(0, 12))
  const link = join(folder, 'redis-server')
  mkdirSync(folder, { recursive: true })
  rmSync(link, { force: true })
  symlinkSync(program, link)
  const version = await run(link, ['--version']).catch((error) => error.message)
  if (!/^(Redis|Valkey) server/.test(version)) {
    const found = version.trim().split('\n', 1)[0]
    throw new Error(
      `RQD_TEST_REDIS_SERVER is ${program}, which answers to --version with "${found}"; expected redis-server or valkey-server`,
    )
  }
  process.env.PATH = `${folder}${delimiter}${process.env.PATH ?? ''}`
  return link
}

async function linkFromTools() {
  const program = findProgram('redis-check-rdb')
  if (program === undefined) return undefined
  const link = join(root, 'build', 'bin', 'redis-server')
  mkdirSync(dirname(link), { recursive: true })
  rmSync(link, { force: true })
  symlinkSync(program, link)
  try {
    const version = await run(link, ['--version'])
    if (!version.startsWith('Redis server')) return undefined
  } catch {
    return undefined // the checker alone, without the server in it
  }
  process.env.PATH = `${process.env.PATH ?? ''}${delimiter}${dirname(link)}`
  return link
}
