import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The full path of a program on a search path, or undefined. */
export function findProgram(name, searchPath = process.env.PATH ?? '') {
  for (const folder of searchPath.split(delimiter)) {
    if (folder === '') continue
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      if (statSync(file).isFile()) return file
    } catch {
      // not there, or not to be run: the next folder may have it
    }
  }
  return undefined
}
