import { readFile, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import type * as toml from 'smol-toml'
import { RqdError, coerceError } from '../../src/errors.js'
import { requirePackage } from '../../src/require.js'
import type { ConfigFile } from './find-file.js'
import { describeValue } from './describe-value.js'
import { parseYaml, yamlLines } from './parse-yaml.js'

/** Larger files are no configuration. */
const MAX_BYTES = 1024 * 1024
/** A JavaScript file that has not loaded by then never does. */
const LOAD_LIMIT_MS = 10_000

/** What a file says, by its own names. */
export interface ParsedFile {
  readonly values: Readonly<Record<string, unknown>>
  /** The line, from 1, that has the value of a name; undefined where the format does not tell. */
  lineOf(key: string): number | undefined
}

/** Read a configuration file. @throws RqdError RQD_BAD_OPTION naming the file, the line where it is known, and why. */
export async function parseConfigFile({ path, ending }: ConfigFile): Promise<ParsedFile> {
  const isProgram = ending === 'js' || ending === 'mjs'
  try {
    if (isProgram) return check(path, await loadProgram(path), () => undefined)
    const text = await readText(path)
    if (ending === 'toml') return check(path, parseToml(text), () => undefined)
    const value = ending === 'json' ? parseJson(text) : parseYaml(text)
    return check(path, value, yamlLines(text))
  } catch (thrown) {
    if (thrown instanceof RqdError) throw thrown
    const { message } = coerceError(thrown)
    const what = isProgram ? 'does not load' : 'cannot be read'
    throw new RqdError('RQD_BAD_OPTION', `${path} ${what}: ${firstLine(message)}`, { cause: thrown })
  }
}

function check(path: string, value: unknown, lineOf: ParsedFile['lineOf']): ParsedFile {
  // An empty YAML file.
  if (value === null || value === undefined) return { values: {}, lineOf }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new RqdError('RQD_BAD_OPTION', `${path} holds ${describeValue(value)}; expected options by name`)
  }
  return { values: value as Record<string, unknown>, lineOf }
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size > MAX_BYTES) throw new Error(`it has ${size} bytes; expected at most ${MAX_BYTES}`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path))
  } catch (thrown) {
    if (thrown instanceof TypeError) throw new Error('its bytes are not UTF-8 text', { cause: thrown })
    throw thrown
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    const { message } = coerceError(thrown)
    const position = / at position (\d+)/.exec(message)?.[1]
    if (position === undefined) throw new Error(`it is no JSON: ${message}`, { cause: thrown })
    const line = text.slice(0, Number(position)).split('\n').length
    throw new Error(`line ${line} is no JSON: ${message.replace(/ (in JSON )?at position.*/s, '')}`, { cause: thrown })
  }
}

function parseToml(text: string): unknown {
  const { parse, TomlError } = requirePackage('smol-toml') as typeof toml
  try {
    return parse(text)
  } catch (thrown) {
    if (!(thrown instanceof TomlError)) throw thrown
    const why = firstLine(thrown.message).replace(/^Invalid TOML document: /, '')
    throw new Error(`line ${thrown.line} is no TOML: ${why}`, { cause: thrown })
  }
}

/** How often each file was loaded: a daemon that reads it again wants what it says now, not what Node remembers. */
const loads = new Map<string, number>()

// The default export, or else what the module exports by name, as a settings module of RQ does.
async function loadProgram(path: string): Promise<unknown> {
  const before = loads.get(path) ?? 0
  loads.set(path, before + 1)
  const url = `${pathToFileURL(path).href}${before === 0 ? '' : `?${before}`}`
  const stop = new AbortController()
  const late = delay(LOAD_LIMIT_MS, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`it has not ended loading within ${LOAD_LIMIT_MS / 1_000} s`)
  })
  try {
    const loaded = (await Promise.race([import(url), late])) as Record<string, unknown>
    return 'default' in loaded ? loaded['default'] : { ...loaded }
  } finally {
    stop.abort()
    await late.catch(() => undefined)
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
