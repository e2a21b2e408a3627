// `npm run bench [-- options]`: see that the peers, Redis and a current build are there, then run bench/main.ts.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { aptInstall, mayInstall } from './lib/apt.mjs'
import { runHarness } from './lib/harness.mjs'
import { root } from './lib/paths.mjs'
import { run } from './lib/run.mjs'
import { modifiedMs } from './lib/stale.mjs'
import { step } from './lib/steps.mjs'

const folder = join(root, 'bench')
const hasPythonRq = () => existsSync('/usr/lib/python3/dist-packages/rq')

async function providePeers() {
  const installed = modifiedMs(join(folder, 'node_modules', '.package-lock.json'))
  if (installed < modifiedMs(join(folder, 'package-lock.json'))) {
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund']
    await step('Installing the peers with npm ci', () => run('npm', ['ci', ...flags], { cwd: folder }))
  }
  if (!hasPythonRq() && mayInstall()) await aptInstall(['python3-rq'])
  if (!hasPythonRq()) console.error('Python RQ is not installed (Debian: python3-rq): leave out rq with --only')
}

await runHarness('bench', 'bench/main.js', providePeers)
