// `node scripts/build-assets.mjs dist|build`: what browsers load of the dashboard, beside the compiled server.
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'

const [target = 'dist'] = process.argv.slice(2)
const sources = join(root, 'daemon', 'dashboard')
const out = join(root, target, 'daemon', 'dashboard')
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')

await run(process.execPath, [tsc, '-p', join(sources, 'browser'), '--outDir', join(out, 'browser')])
cpSync(join(sources, 'assets'), join(out, 'assets'), { recursive: true })
