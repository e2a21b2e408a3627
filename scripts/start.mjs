// `npm start`: from a fresh clone to a running daemon with real jobs. `npm start -- --once` ends by itself.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { provideBuilds } from './lib/build.mjs'
import { provideDependencies } from './lib/dependencies.mjs'
import { root } from './lib/paths.mjs'
import { provideRedisServer, redisAdvice } from './lib/redis-server.mjs'

const unknown = process.argv.slice(2).filter((argument) => argument !== '--once')
if (unknown.length > 0) {
  console.error(`npm start: unknown option ${unknown[0]}; the only one is --once: npm start -- --once`)
  process.exit(2)
}

try {
  await provideDependencies()
  if ((await provideRedisServer()) === undefined) throw new Error(redisAdvice)
  await provideBuilds('package', 'examples')
} catch (error) {
  console.error(`\nnpm start: ${error.message}`)
  process.exit(1)
}

const { main } = await import(pathToFileURL(join(root, 'build/examples/word-count/app.js')).href)
process.exitCode = await main({ once: process.argv.includes('--once'), root })
