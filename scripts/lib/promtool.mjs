import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mayInstall } from './apt.mjs'
import { findProgram } from './find-program.mjs'
import { root } from './paths.mjs'
import { run } from './run.mjs'
import { step } from './steps.mjs'

const cache = join(root, 'node_modules', '.cache', 'rqd')

/** The folder of promtool, or undefined if it cannot be had. */
export async function providePromtool() {
  const found = findProgram('promtool') ?? findProgram('promtool', cache)
  if (found !== undefined || !mayInstall()) return found
  // Debian's package has it beside a server that would start at once: only the one file is wanted.
  const folder = mkdtempSync(join(tmpdir(), 'rqd-promtool-'))
  try {
    await step('Fetching promtool', async () => {
      await run('apt-get', ['download', '-q', 'prometheus'], { cwd: folder })
      const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.deb'))
      await run('dpkg', ['-x', file, 'unpacked'], { cwd: folder })
      mkdirSync(cache, { recursive: true })
      copyFileSync(join(folder, 'unpacked', 'usr', 'bin', 'promtool'), join(cache, 'promtool'))
    })
  } catch (error) {
    console.error(`${error.message}\n`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return findProgram('promtool', cache)
}
