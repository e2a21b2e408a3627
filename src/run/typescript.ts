import { createRequire } from 'node:module'
import { features, version } from 'node:process'
import { pathToFileURL } from 'node:url'
import { RqdError } from '../errors.js'

/** True for the file of a TypeScript module. */
export function isTypeScript(file: string): boolean {
  return /\.[cm]?ts$/.test(file)
}

/** True where Node strips types by itself: 22.18, 23.6 and newer. */
const nodeStripsTypes = Boolean((features as { typescript?: unknown }).typescript)

let registered: Promise<boolean> | undefined

/**
 * Make TypeScript loadable in this process, if it is not: by tsx, where the user has installed it so that `file` sees it.
 * A process in which something else loads TypeScript already is left as it is.
 */
export async function provideTypeScript(file: string): Promise<void> {
  if (nodeStripsTypes) return
  registered ??= registerTsx(file)
  // Another file may see it where this one does not.
  if (!(await registered)) registered = undefined
}

/** The error of a TypeScript file that could not be loaded for want of a loader; undefined for any other error. */
export function wantsLoader(thrown: unknown, file: string): RqdError | undefined {
  const code = typeof thrown === 'object' && thrown !== null ? (thrown as { code?: unknown }).code : undefined
  if (!isTypeScript(file) || code !== 'ERR_UNKNOWN_FILE_EXTENSION') return undefined
  return new RqdError(
    'RQD_UNKNOWN_FUNCTION',
    `${file} is TypeScript, which Node ${version} does not run by itself, and tsx is not installed where that file ` +
      'would find it: run "npm install tsx" there, use Node 22.18 or newer, or compile the file to JavaScript',
    { cause: thrown },
  )
}

/** Load what `node --import tsx` loads. @returns false if it is not installed there. */
async function registerTsx(file: string): Promise<boolean> {
  let found: string
  try {
    found = createRequire(file).resolve('tsx')
  } catch {
    return false
  }
  await import(pathToFileURL(found).href)
  return true
}
