import { dirname } from 'node:path'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`this needs Node 20.19 or newer, and found ${process.versions.node}`)
  process.exit(1)
}

/** The folder of package.json. */
export const root = dirname(dirname(import.meta.dirname))
