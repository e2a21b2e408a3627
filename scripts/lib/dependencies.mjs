import { join } from 'node:path'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { modifiedMs } from './stale.mjs'
import { step } from './steps.mjs'

/** Install the locked dependencies if they are missing or older than the lock file. @throws CommandError */
export async function provideDependencies() {
  const installed = modifiedMs(join(root, 'node_modules', '.package-lock.json'))
  if (installed >= modifiedMs(join(root, 'package-lock.json'))) return
  await step('Installing dependencies with npm ci', () =>
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']),
  )
}
