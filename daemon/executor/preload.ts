import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RqdError } from '../../src/errors.js'
import { type FunctionResolver } from '../../src/run/resolve.js'
import { describeThrown } from '../../src/run/traceback.js'

/**
 * Load the modules that the operator wants warm: each a module of the task paths ('pkg.module'), an absolute file, or
 * a package that is installed where a task path sees it ('sharp').
 * @throws RqdError RQD_EXECUTOR naming the module, with its own error as cause.
 */
// prettier-ignore
export async function preloadModules(names: readonly string[], taskPaths: readonly string[], resolver: FunctionResolver): Promise<void> {
  for (const name of names) {
    try {
      if (isAbsolute(name)) await import(pathToFileURL(name).href)
      else if (!(await resolver.loadModule(name))) await loadPackage(name, taskPaths)
    } catch (thrown) {
      if (thrown instanceof RqdError && thrown.code === 'RQD_EXECUTOR') throw thrown
      const { errorType, message } = describeThrown(thrown)
      const why = `${errorType}: ${message.split('\n', 1)[0] ?? ''}`
      const text = `the preload module ${JSON.stringify(name)} does not load (${why}): mend it, or correct preload`
      throw new RqdError('RQD_EXECUTOR', text, { cause: thrown })
    }
  }
}

async function loadPackage(name: string, taskPaths: readonly string[]): Promise<void> {
  for (const taskPath of taskPaths) {
    let file: string
    try {
      file = createRequire(join(taskPath, 'index.js')).resolve(name)
    } catch {
      continue // not seen from this task path
    }
    await import(isAbsolute(file) ? pathToFileURL(file).href : file)
    return
  }
  throw new RqdError(
    'RQD_EXECUTOR',
    `the preload module ${JSON.stringify(name)} is neither a module of the task paths (${taskPaths.join(', ')}) ` +
      'nor a package that is installed there: correct preload, or add its folder with --path',
  )
}
