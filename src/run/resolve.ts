import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { type Clock } from '../clock.js'
import { RqdError } from '../errors.js'
import { type NameReading, readModuleName, readName } from './function-name.js'
import { findModuleFile, moduleExtensions, neighbourModules } from './module-file.js'
import { isTypeScript, provideTypeScript, wantsLoader } from './typescript.js'

type JobFunction = (...args: unknown[]) => unknown

/** A function with what it is called on: its class or object, or undefined for a plain export. */
export interface ResolvedFunction {
  readonly call: JobFunction
  readonly owner: unknown
}

/** How long a failed lookup is believed: code may be deployed while the executor runs. */
const MISS_MS = 1_000
const MAX_MISSES = 256

/** CommonJS modules, however they were loaded, by real path. */
const commonJs = createRequire(import.meta.url).cache

/**
 * Finds functions by name in the task paths, and nowhere else. A found function is kept for the life of the process; a
 * failure for a second, so that a flood of jobs with a wrong name does not search the disk each time.
 */
export class FunctionResolver {
  readonly #taskPaths: readonly string[]
  readonly #clock: Clock
  readonly #found = new Map<string, ResolvedFunction>()
  readonly #missed = new Map<string, { error: RqdError; untilMs: number }>()

  constructor(taskPaths: readonly string[], clock: Clock) {
    this.#taskPaths = taskPaths
    this.#clock = clock
  }

  /** The function, if it was resolved before. */
  cached(name: string): ResolvedFunction | undefined {
    return this.#found.get(name)
  }

  /**
   * The function of that name, loading its module if need be.
   * @throws RqdError RQD_UNKNOWN_FUNCTION when there is none; whatever a module throws while it loads.
   */
  async resolve(name: string): Promise<ResolvedFunction> {
    const found = this.#found.get(name)
    if (found !== undefined) return found
    const miss = this.#missed.get(name)
    if (miss !== undefined && this.#clock.monoMs() < miss.untilMs) throw miss.error
    try {
      const resolved = await this.#search(name)
      this.#missed.delete(name)
      this.#found.set(name, resolved)
      return resolved
    } catch (thrown) {
      if (thrown instanceof RqdError && thrown.code === 'RQD_UNKNOWN_FUNCTION') {
        if (this.#missed.size >= MAX_MISSES) this.#missed.clear()
        this.#missed.set(name, { error: thrown, untilMs: this.#clock.monoMs() + MISS_MS })
      }
      throw thrown
    }
  }

  /**
   * Whatever is exported under a name: a class, say. Nothing of it is kept.
   * @throws what `resolve` throws.
   */
  async resolveExport(name: string): Promise<unknown> {
    const readings = readName(name)
    for (const reading of readings) {
      const file = findModuleFile(this.#taskPaths, reading.module)
      if (file !== undefined) return (await follow(name, reading, file, await load(file))).value
    }
    throw await noSuchModule(name, readings, this.#taskPaths)
  }

  /**
   * Load a module of the task paths by its dotted name; undefined if none has that name.
   * @throws whatever the module throws while it loads.
   */
  async loadModule(name: string): Promise<object | undefined> {
    const module = readModuleName(name)
    const file = module && findModuleFile(this.#taskPaths, module)
    return file === undefined ? undefined : await load(file)
  }

  async #search(name: string): Promise<ResolvedFunction> {
    const readings = readName(name)
    for (const reading of readings) {
      const file = findModuleFile(this.#taskPaths, reading.module)
      // As in Python, the first module that exists decides: a shorter one is not tried when its attribute lacks.
      if (file !== undefined) return await walk(name, reading, file, await load(file))
    }
    throw await noSuchModule(name, readings, this.#taskPaths)
  }
}

async function load(file: string): Promise<object> {
  if (isTypeScript(file)) await provideTypeScript(file)
  try {
    return (await import(pathToFileURL(file).href)) as object
  } catch (thrown) {
    const wanting = wantsLoader(thrown, file)
    if (wanting !== undefined) throw wanting
    nameFile(thrown, file)
    throw thrown
  }
}

/** Errors of syntax do not say in which file they are: add it as the last frame. */
function nameFile(thrown: unknown, file: string): void {
  try {
    const error = thrown as Error
    if (error.stack?.includes(file) === false) error.stack += `\n    at ${file} (which was being loaded)`
  } catch {
    // An object that does not let itself be changed is shown as it is.
  }
}

async function walk(name: string, reading: NameReading, file: string, namespace: object): Promise<ResolvedFunction> {
  const { owner, value } = await follow(name, reading, file, namespace)
  const where = `${reading.attributes.join('.')} of ${file}`
  if (typeof value !== 'function') throw unknown(name, `${where} is ${kindOf(value)}, not a function`)
  if (/^class\b/.test(Function.prototype.toString.call(value))) {
    throw unknown(name, `${where} is a class: name one of its static methods, '${name}.method', or export a function`)
  }
  return { call: value as JobFunction, owner }
}

/** Follow the attributes from the module's exports, over own properties only. */
// prettier-ignore
async function follow(name: string, reading: NameReading, file: string, namespace: object): Promise<{ owner: unknown; value: unknown }> {
  let owner: unknown = undefined
  let value: unknown = namespace
  for (const [depth, attribute] of reading.attributes.entries()) {
    const holder = holderOf(value, attribute, depth === 0 ? commonJs[file]?.exports : undefined)
    if (holder === undefined) throw await noSuchAttribute(name, reading, depth, file, value)
    owner = depth === 0 ? undefined : value
    value = (holder as Record<string, unknown>)[attribute]
  }
  return { owner, value }
}

function holderOf(value: unknown, attribute: string, moduleExports: unknown): object | undefined {
  if (isObject(value) && Object.hasOwn(value, attribute)) return value
  // What `module.exports` has and Node's scan of the source did not see as a named export.
  if (isObject(moduleExports) && Object.hasOwn(moduleExports, attribute)) return moduleExports
  return undefined
}

function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}

async function noSuchModule(name: string, readings: NameReading[], taskPaths: readonly string[]): Promise<RqdError> {
  const modules = readings.map((reading) => reading.module)
  const looked = modules.map((module) => `${module.join('/')}{${moduleExtensions.join(',')}}`).join(' and ')
  const candidates = modules.flatMap((module) => neighbourModules(taskPaths, module))
  const hint = await nearest(modules[0]?.join('.') ?? '', candidates)
  const where = taskPaths.length === 0 ? 'there is no task path' : `in ${taskPaths.join(', ')}`
  return unknown(
    name,
    `no such module: looked for ${looked} (and index files of folders of these names) ${where}${hint}; ` +
      'put the file there, correct the name where the job is enqueued, or give the right folder with --path',
  )
}

// prettier-ignore
async function noSuchAttribute(name: string, reading: NameReading, depth: number, file: string, value: unknown): Promise<RqdError> {
  const attribute = reading.attributes[depth] ?? ''
  const path = reading.attributes.slice(0, depth).join('.')
  if (!isObject(value)) return unknown(name, `${path} of ${file} is ${kindOf(value)} and has no ${attribute}`)
  const prototype = typeof value === 'function' ? (value as { prototype?: unknown }).prototype : undefined
  if (isObject(prototype) && Object.hasOwn(prototype, attribute)) {
    return unknown(name, `${path}.${attribute} of ${file} is a method of instances: only static methods can be jobs`)
  }
  const names = new Set(Object.getOwnPropertyNames(value).filter((own) => !builtIn(value, own)))
  const moduleExports: unknown = depth === 0 ? commonJs[file]?.exports : undefined
  if (isObject(moduleExports)) for (const own of Object.keys(moduleExports)) names.add(own)
  const listed = [...names].slice(0, 20).join(', ')
  const what = depth === 0 ? `module found at ${file}, but it exports` : `${path} of ${file} has`
  const has = names.size === 0 ? 'nothing' : names.size > 20 ? `${listed} and ${names.size - 20} more` : listed
  return unknown(name, `${what} ${has}, and no ${attribute}${await nearest(attribute, [...names])}; export it or correct the name`)
}

function builtIn(value: object, own: string): boolean {
  return typeof value === 'function' && ['length', 'name', 'prototype', 'arguments', 'caller'].includes(own)
}

/** "; did you mean X?" when a candidate is close enough, else nothing. */
async function nearest(wanted: string, candidates: readonly string[]): Promise<string> {
  if (candidates.length === 0) return ''
  const { closest, distance } = (await import('fastest-levenshtein')).default
  const best = closest(wanted, candidates)
  return distance(wanted, best) <= Math.max(2, wanted.length / 3) ? `; did you mean '${best}'?` : ''
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

function unknown(name: string, reason: string): RqdError {
  return new RqdError('RQD_UNKNOWN_FUNCTION', `no function ${JSON.stringify(name)}: ${reason}`)
}
