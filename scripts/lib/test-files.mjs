import { readFileSync, readdirSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { root } from './paths.mjs'

const ending = '.test.ts'

/**
 * The test sources that are meant, as absolute paths in order: all of them, or those below the given files and folders.
 * @throws Error naming what is no test
 */
export function findTests(wanted, folder = join(root, 'test')) {
  const all = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort()
  if (wanted.length === 0) return all
  const paths = wanted.map((path) => resolve(path))
  for (const [index, path] of paths.entries()) {
    if (!all.some((test) => isWithin(test, path))) {
      throw new Error(`${wanted[index]} is no test: give files named *${ending} below test/, or folders of them`)
    }
  }
  return all.filter((test) => paths.some((path) => isWithin(test, path)))
}

const isWithin = (file, path) => file === path || file.startsWith(path + sep)

/** Where a test source is compiled to, from the root. */
export function compiledTest(source) {
  return join('build', relative(root, source)).replace(/\.ts$/, '.js')
}

/** Whether a test, or a file that it imports from the tests, imports a file of this name. */
export function imports(source, wanted, seen = new Set()) {
  if (seen.has(source)) return false
  seen.add(source)
  for (const [, specifier] of readFileSync(source, 'utf8').matchAll(/\bfrom '(\.[^']+)\.js'/g)) {
    const file = resolve(dirname(source), `${specifier}.ts`)
    if (file.endsWith(`${sep}${wanted}.ts`)) return true
    const isTest = file.startsWith(join(root, 'test') + sep)
    if (isTest && statSync(file, { throwIfNoEntry: false }) && imports(file, wanted, seen)) return true
  }
  return false
}
