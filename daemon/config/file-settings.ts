import { dirname, resolve } from 'node:path'
import { RqdError } from '../../src/errors.js'
import type { ConfigFile } from './find-file.js'
import { optionKey } from './names.js'
import { parseConfigFile } from './parse-file.js'
import { readSentinel } from './sentinel-setting.js'
import type { Setting, Settings } from './settings.js'

/** Options that name a file or folder: in a file, relative to the folder that it lies in. */
const singlePaths = ['socket', 'readSocket', 'pid', 'redisSslCaCerts', 'redisSslCertfile', 'redisSslKeyfile']

/** What a configuration file says. @throws RqdError RQD_BAD_OPTION as `parseConfigFile`, or if an option is there twice. */
export async function readFileSettings(file: ConfigFile): Promise<Settings> {
  const parsed = await parseConfigFile(file)
  const folder = dirname(file.path)
  const settings = new Map<string, Setting>()
  const names = new Map<string, string>()
  for (const [name, value] of Object.entries(parsed.values)) {
    const key = optionKey(name)
    const before = names.get(key)
    if (before !== undefined) {
      throw new RqdError(
        'RQD_BAD_OPTION',
        `${file.path}: ${before} and ${name} are the same option; expected one of them`,
      )
    }
    names.set(key, name)
    const line = parsed.lineOf(name)
    settings.set(key, {
      value: adapt(key, value, folder),
      origin: { kind: 'file', file: file.path, key: name, ...(line === undefined ? {} : { line }) },
    })
  }
  return settings
}

function adapt(key: string, value: unknown, folder: string): unknown {
  if (key === 'sentinel') return readSentinel(value, (path) => anchor(path, folder))
  if (singlePaths.includes(key)) return anchor(value, folder)
  if (key !== 'path') return value
  if (typeof value === 'string') return value.split(':').map((each) => anchor(each, folder))
  return Array.isArray(value) ? value.map((each) => anchor(each, folder)) : value
}

// `~` stays: it is the home folder's own name.
function anchor(value: unknown, folder: string): unknown {
  return typeof value !== 'string' || value === '' || value.startsWith('~/') ? value : resolve(folder, value)
}
