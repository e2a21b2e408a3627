import { readFileSync } from 'node:fs'

/** The version in package.json, wherever the compiled file lies below it. */
export const version: string = readVersion(new URL('.', import.meta.url))

function readVersion(folder: URL): string {
  try {
    const manifest = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string }
    return manifest.version
  } catch (thrown) {
    if (folder.pathname === '/') throw thrown
    return readVersion(new URL('..', folder))
  }
}
