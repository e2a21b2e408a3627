import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json, whether this runs from the sources or from the compiled tests. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)))

/** Where the compiled tree lies that the tests run. */
export const compiledRoot = join(projectRoot, 'build')

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder))
}
