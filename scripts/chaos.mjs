// `npm run chaos [-- options]`: see that what it needs is there and the build is current, then run chaos/main.ts.
import { spawn } from 'node:child_process'
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { provideDependencies } from './lib/dependencies.mjs'
import { root } from './lib/paths.mjs'
import { provideRedisServer, redisAdvice } from './lib/redis-server.mjs'
import { run } from './lib/run.mjs'
import { modifiedMs, newestMs } from './lib/stale.mjs'
import { step } from './lib/steps.mjs'

const sources = ['src', 'daemon', 'chaos', 'tsconfig.json', 'tsconfig.test.json', 'scripts/build-lua.mjs']
const main = join(root, 'build', 'chaos', 'main.js')
const stamp = join(root, 'build', '.built-chaos')

async function build() {
  const begin = new Date()
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  // Types are the business of `npm run types`: this only has to be quick.
  const flags = ['--noCheck', '--tsBuildInfoFile', join(root, 'build', 'chaos.tsbuildinfo')]
  await run(process.execPath, [join(root, 'scripts', 'build-lua.mjs')])
  await run(process.execPath, [tsc, '-p', 'tsconfig.test.json', ...flags])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, '')
  // What was saved while the compiler ran may not be in its output.
  utimesSync(stamp, begin, begin)
}

async function provide() {
  await provideDependencies()
  if ((await provideRedisServer()) === undefined) throw new Error(redisAdvice)
  const isCurrent = modifiedMs(main) > 0 && modifiedMs(stamp) >= newestMs(sources.map((source) => join(root, source)))
  if (!isCurrent) await step('Compiling', build)
}

/** @returns its exit code */
function harness() {
  const child = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal tells both; the harness cleans up after itself before it ends.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code ?? 1))
  })
}

try {
  await provide()
  process.exitCode = await harness()
} catch (error) {
  console.error(`npm run chaos: ${error.message}`)
  process.exitCode = 1
}
