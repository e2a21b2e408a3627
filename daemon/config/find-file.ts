import { stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { RqdError, coerceError } from '../../src/errors.js'

/** Endings of configuration files. */
export const endings = ['json', 'yaml', 'yml', 'toml', 'js', 'mjs'] as const
export type Ending = (typeof endings)[number]

const expected = `a file that ends in ${endings.map((ending) => `.${ending}`).join(', ')}`

/** A configuration file: its absolute path and format. */
export interface ConfigFile {
  readonly path: string
  readonly ending: Ending
}

/**
 * The configuration file to read: the one named (its ending may be left out), or the `rqd.config.*` of the folder; undefined if it has none.
 * @throws RqdError RQD_BAD_OPTION if the one named is none, or the folder has several.
 */
export async function findConfigFile(folder: string, named: string | undefined): Promise<ConfigFile | undefined> {
  if (named !== undefined) return checkNamed(resolve(folder, named))
  return findAnyEnding(join(folder, 'rqd.config'))
}

/** The one file of this name with any of the endings. @throws RqdError RQD_BAD_OPTION if there are several. */
async function findAnyEnding(stem: string): Promise<ConfigFile | undefined> {
  const candidates = endings.map((ending) => ({ path: `${stem}.${ending}`, ending }))
  const there = await Promise.all(
    candidates.map(({ path }) =>
      stat(path).then(
        (found) => found.isFile(),
        () => false,
      ),
    ),
  )
  const found = candidates.filter((_, i) => there[i])
  if (found.length > 1) {
    const names = found.map(({ path }) => basename(path)).join(' and ')
    throw new RqdError(
      'RQD_BAD_OPTION',
      `${dirname(stem)} has ${names}; expected one: remove the others, or name it with --config`,
    )
  }
  return found[0]
}

async function checkNamed(path: string): Promise<ConfigFile> {
  const ending = endings.find((each) => path.toLowerCase().endsWith(`.${each}`))
  if (ending === undefined) {
    const complete = await findAnyEnding(path)
    if (complete !== undefined) return complete
    const why = path.endsWith('.py') ? 'is Python, which is not run here' : 'has none of the known endings'
    const next = "RQ's names of settings may stay as they are"
    throw new RqdError('RQD_BAD_OPTION', `the configuration file ${path} ${why}; expected ${expected}: ${next}`)
  }
  const found = await stat(path).catch((thrown: unknown) => {
    const text = `the configuration file ${path} cannot be read: ${coerceError(thrown).message}; expected ${expected}`
    throw new RqdError('RQD_BAD_OPTION', text, { cause: thrown })
  })
  if (!found.isFile()) {
    const what = found.isDirectory() ? 'a folder' : 'no regular file'
    throw new RqdError('RQD_BAD_OPTION', `the configuration file ${path} is ${what}; expected ${expected}`)
  }
  return { path, ending }
}
