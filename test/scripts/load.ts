import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { projectRoot } from '../helpers/paths.js'

/** Load a module of scripts/lib. They are plain JavaScript, so the caller says what it expects there. */
export async function loadScript<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(join(projectRoot, 'scripts/lib', `${name}.mjs`)).href)) as T
}
