// `npm run man`: write the manual pages into the compiled package, from its own command lines and from docs/.
// `--from FOLDER`: where that is (default: dist); `--to FOLDER`: where they go (default: man/ in there).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { configPage, rqctlPage, rqdPage } from './lib/man-pages.mjs'
import { root } from './lib/paths.mjs'

const { from, to = join(from, 'man') } = parseArgs({
  options: { from: { type: 'string', default: join(root, 'dist') }, to: { type: 'string' } },
}).values
const { programOf } = await import(pathToFileURL(resolve(from, 'daemon/cli/programs.js')).href)
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const io = { stdout: process.stdout, stderr: process.stderr, env: {} }
const doc = (name) => {
  const file = join(root, 'docs', name)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
// A build that is to be the same again gives the time.
const epochSec = Number(process.env.SOURCE_DATE_EPOCH ?? Date.now() / 1000)
const about = { version, date: new Date(epochSec * 1000).toISOString().slice(0, 10) }

const pages = {
  'rqd.8': rqdPage(await programOf('rqd', io), { ...about, signals: doc('signals.md') }),
  'rqctl.1': rqctlPage(await programOf('rqctl', io), about),
  'rqd.config.5': configPage({ ...about, configuration: doc('configuration.md') }),
}
mkdirSync(to, { recursive: true })
for (const [name, text] of Object.entries(pages)) writeFileSync(join(to, name), text)
