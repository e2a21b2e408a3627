// Write the parts of docs/control-socket.md that follow from the method table. With --check: fail if they are not current.
// --from FOLDER: the compiled sources, dist by default.
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { root } from './lib/paths.mjs'
import { generatedParts, meaningsOf, renewPage } from './lib/socket-docs.mjs'

const { values } = parseArgs({ options: { check: { type: 'boolean' }, from: { type: 'string', default: 'dist' } } })
const page = join(root, 'docs/control-socket.md')
const openrpc = pathToFileURL(join(resolve(root, values.from), 'daemon/control/openrpc.js'))
const { describeMethods } = await import(openrpc.href)
const document = JSON.parse(JSON.stringify(describeMethods('')))
const meanings = meaningsOf(readFileSync(join(root, 'src/errors.ts'), 'utf8'))
const current = readFileSync(page, 'utf8')
const renewed = renewPage(current, generatedParts(document, meanings))
if (values.check) {
  if (renewed !== current) {
    console.error(
      'docs/control-socket.md does not match the method table: run "npm run docs:socket" and commit the result',
    )
    process.exit(1)
  }
} else if (renewed !== current) {
  writeFileSync(page, renewed)
}
