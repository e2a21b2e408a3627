import { readdirSync, realpathSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { RqdError } from '../errors.js'

/** File name endings that are modules, in order of preference: what is compiled goes before its source. */
export const moduleExtensions: readonly string[] = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/**
 * The real path of a module's file: `pkg/module.js`, or `pkg/module/index.js`, in the first task path that has it.
 * @returns undefined when no task path has one.
 * @throws RqdError RQD_UNKNOWN_FUNCTION when a link leads out of its task path.
 */
export function findModuleFile(taskPaths: readonly string[], module: readonly string[]): string | undefined {
  for (const taskPath of taskPaths) {
    const root = realPath(taskPath)
    if (root === undefined) continue
    const base = join(root, ...module)
    for (const stem of [base, join(base, 'index')]) {
      for (const extension of moduleExtensions) {
        const real = realPath(stem + extension)
        if (real === undefined || !statSync(real).isFile()) continue
        const inside = relative(root, real).split(sep)
        if (inside[0] === '..' || inside[0] === '' || inside.includes('node_modules')) {
          throw new RqdError(
            'RQD_UNKNOWN_FUNCTION',
            `${stem + extension} leads to ${real}, which is not among the files of the task path ${taskPath}: ` +
              'functions are loaded from task paths only; put the file there, or add its folder as a task path',
          )
        }
        return real
      }
    }
  }
  return undefined
}

/** Dotted names of the modules next to where `module` was looked for: what its writer may have meant. */
export function neighbourModules(taskPaths: readonly string[], module: readonly string[]): string[] {
  const names = new Set<string>()
  for (let depth = module.length - 1; depth >= 0; depth--) {
    const parents = module.slice(0, depth)
    for (const taskPath of taskPaths) {
      for (const entry of listFolder(join(taskPath, ...parents))) {
        const extension = moduleExtensions.find((ending) => entry.name.endsWith(ending))
        if (entry.isFile() && extension !== undefined && !/\.d\.[cm]?ts$/.test(entry.name))
          names.add([...parents, entry.name.slice(0, -extension.length)].join('.'))
        else if (entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules') {
          names.add([...parents, entry.name, ...module.slice(depth + 1)].join('.'))
        }
      }
    }
    if (names.size > 0) break
  }
  return [...names]
}

function listFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true }).slice(0, 1_000)
  } catch {
    return [] // not there, or not ours to read: nothing to suggest
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path)
  } catch {
    return undefined // no such file
  }
}
