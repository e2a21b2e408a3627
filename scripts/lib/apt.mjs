import { findProgram } from './find-program.mjs'
import { run } from './run.mjs'
import { step } from './steps.mjs'

/** Whether this process may install Debian packages. */
export function mayInstall() {
  return process.getuid?.() === 0 && findProgram('apt-get') !== undefined
}

let listsAreFresh = false

/**
 * Install Debian packages with what they need and nothing else. A failure is shown, not thrown: whoever needs the
 * packages sees that they are not there, and knows what to say.
 */
export async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // Another apt-get at work holds the lock for a while.
  const common = ['-q', '-y', '-o', 'DPkg::Lock::Timeout=120']
  try {
    await step(`Installing ${packages.join(' and ')} with apt-get`, async () => {
      if (!listsAreFresh) await run('apt-get', ['update', ...common], { env })
      listsAreFresh = true
      await run('apt-get', ['install', '--no-install-recommends', ...common, ...packages], { env })
    })
  } catch (error) {
    console.error(`${error.message}\n`)
  }
}
