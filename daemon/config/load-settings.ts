import { type Address, resolveAddress } from './address.js'
import { type Environment, configFileOf, readBareEnvironment, readEnvironment } from './environment.js'
import { findConfigFile } from './find-file.js'
import { readFileSettings } from './file-settings.js'
import { addressParts } from './names.js'
import { type Setting, type Settings, mergeSettings } from './settings.js'

/** Where settings may come from. */
export interface Sources {
  /** What the command line says, by option. */
  readonly flags: Settings
  /** The file that the command line names. */
  readonly configFile: string | undefined
  readonly environment: Environment
  /** Where a file is looked for if nobody names one. */
  readonly folder: string
}

/** What all sources say together. */
export interface LoadedSettings {
  /** The file that was read. */
  readonly file: string | undefined
  readonly settings: Settings
}

/**
 * Read all sources, in rising order: RQ's bare names in the environment, file, environment, flags. Values are as they
 * were written; `configure` judges them.
 * @throws RqdError RQD_BAD_OPTION if the file cannot be read or found, or a part of the address of Redis is none.
 */
export async function loadSettings({ flags, configFile, environment, folder }: Sources): Promise<LoadedSettings> {
  const file = await findConfigFile(folder, configFile ?? configFileOf(environment))
  const fromFile: Settings = file === undefined ? new Map<string, Setting>() : await readFileSettings(file)
  const layers = [readBareEnvironment(environment), fromFile, readEnvironment(environment), flags]
  return { file: file?.path, settings: withAddress(mergeSettings(layers), resolveAddress(layers)) }
}

function withAddress(settings: Map<string, Setting>, { url, sentinel }: Address): Settings {
  for (const key of ['url', 'sentinel', ...addressParts]) settings.delete(key)
  if (url !== undefined) settings.set('url', url)
  if (sentinel !== undefined) settings.set('sentinel', sentinel)
  return settings
}
