import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { provideDependencies } from './dependencies.mjs'
import { root } from './paths.mjs'
import { provideRedisServer, redisAdvice } from './redis-server.mjs'
import { run } from './run.mjs'
import { modifiedMs, newestMs } from './stale.mjs'
import { step } from './steps.mjs'

const benchParts = readdirSync(join(root, 'bench')).filter((name) => !['node_modules', 'results'].includes(name))
const sources = [
  ...['src', 'daemon', 'chaos', 'tsconfig.json', 'tsconfig.test.json', 'scripts/build-lua.mjs'],
  ...benchParts.map((name) => join('bench', name)),
]
const stamp = join(root, 'build', '.built-harness')

async function build() {
  const begin = new Date()
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  // Types are the business of `npm run types`: this only has to be quick.
  const flags = ['--noCheck', '--tsBuildInfoFile', join(root, 'build', 'harness.tsbuildinfo')]
  await run(process.execPath, [join(root, 'scripts', 'build-lua.mjs')])
  await run(process.execPath, [tsc, '-p', 'tsconfig.test.json', ...flags])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, '')
  // What was saved while the compiler ran may not be in its output.
  utimesSync(stamp, begin, begin)
}

/** @returns its exit code */
function start(main) {
  const child = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal tells both; the harness cleans up after itself before it ends.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

/**
 * See that what a harness needs is there and the build is current, then run it with this process's arguments.
 * @param name the npm script, for complaints
 * @param main the harness, below build/
 * @param provideMore what else it needs
 */
export async function runHarness(name, main, provideMore = () => undefined) {
  const compiled = join(root, 'build', main)
  try {
    await provideDependencies()
    if ((await provideRedisServer()) === undefined) throw new Error(redisAdvice)
    await provideMore()
    const builtMs = modifiedMs(stamp)
    const isCurrent = modifiedMs(compiled) > 0 && builtMs >= newestMs(sources.map((source) => join(root, source)))
    if (!isCurrent) await step('Compiling', build)
    process.exitCode = await start(compiled)
  } catch (error) {
    console.error(`npm run ${name}: ${error.message}`)
    process.exitCode = 1
  }
}
