import { realpathSync } from 'node:fs'
import { Session } from 'node:inspector'
import { createRequire } from 'node:module'
import { argv } from 'node:process'
import { relative, resolve, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { RqdError } from './errors.js'

/** A function that can be a job. */
// Parameters are checked where it is enqueued; here any function is as good as another.
export type TaskFunction = (...args: never[]) => unknown

/** Names by function and, because they depend on them, task paths. A promise while the name is looked for. */
const known = new WeakMap<TaskFunction, Map<string, string | Promise<string>>>()

/**
 * The name under which workers find a function: its module's path below a task path, in dots, and its export:
 * `pkg.module.fn`, `module.Class.method` for a static method, `module:default` for a default export. Verified by
 * importing the module. JavaScript functions do not know their module, so its file is asked of the debugger's data.
 * @param taskPaths folders as given to `rqd --path`, absolute or from the working directory
 * @throws RqdError RQD_UNNAMED_FUNCTION saying what is wrong and how to mend it
 */
export function nameOfFunction(fn: TaskFunction, taskPaths: readonly string[]): Promise<string> {
  const paths = pathsKey(taskPaths)
  let names = known.get(fn)
  if (names === undefined) known.set(fn, (names = new Map<string, string | Promise<string>>()))
  const name = names.get(paths)
  if (name !== undefined) return Promise.resolve(name)
  const found = findName(fn, taskPaths)
  names.set(paths, found)
  void found.then(
    (text) => names.set(paths, text),
    () => names.delete(paths),
  )
  return found
}

/** The name of a function that `nameOfFunction` has found for the same task paths before. */
export function knownNameOf(fn: TaskFunction, taskPaths: readonly string[]): string | undefined {
  const name = known.get(fn)?.get(pathsKey(taskPaths))
  return typeof name === 'string' ? name : undefined
}

function pathsKey(taskPaths: readonly string[]): string {
  return taskPaths.map((path) => resolve(path)).join('\n')
}

async function findName(fn: TaskFunction, taskPaths: readonly string[]): Promise<string> {
  const file = fileOfFunction(fn)
  if (file === undefined) throw unnamed(fn, 'no file defines it (it is native, bound, or made at run time)')
  const entry = argv[1]
  if (entry !== undefined && realFile(entry) === realFile(file)) {
    throw unnamed(fn, `it is defined in the script that runs now (${file}), which workers must not run`)
  }
  const module = moduleName(file, taskPaths)
  if (module === undefined) {
    throw unnamed(
      fn,
      `its file ${file} is not below a task path (${taskPaths.map((path) => resolve(path)).join(', ')})`,
    )
  }
  const found = exportName((await import(pathToFileURL(file).href)) as object, fn)
  if (found === undefined) throw unnamed(fn, `${file} does not export it, nor a class with it as static method`)
  return found === 'default' ? `${module}:default` : `${module}.${found}`
}

function moduleName(file: string, taskPaths: readonly string[]): string | undefined {
  for (const taskPath of taskPaths) {
    const below = relative(realFile(resolve(taskPath)), realFile(file))
    const match = /^(.*?)(?:[/\\]index)?\.(?:[cm]?js|[cm]?ts)$/.exec(below)
    const parts = match?.[1]?.split(sep) ?? []
    if (parts.length > 0 && parts.every((part) => /^[\w$][\w$-]*$/.test(part))) return parts.join('.')
  }
  return undefined
}

function exportName(module: object, fn: TaskFunction): string | undefined {
  const exports = Object.entries(module)
  // A CommonJS module's exports are also the properties of its default export.
  const inner = exports.find(([name]) => name === 'default')?.[1] as unknown
  if (typeof inner === 'object' && inner !== null) exports.push(...Object.entries(inner))
  const direct = exports.find(([, value]) => value === fn)
  if (direct !== undefined) return direct[0]
  for (const [name, value] of exports) {
    if (typeof value !== 'function') continue
    for (const method of Object.getOwnPropertyNames(value)) {
      if (Object.getOwnPropertyDescriptor(value, method)?.value === fn) return `${name}.${method}`
    }
  }
  return undefined
}

/** The file that defines a function, from V8's own records. */
function fileOfFunction(fn: TaskFunction): string | undefined {
  const session = new Session()
  session.connect()
  const handle = `__rqd_${String(Math.trunc(performance.timeOrigin))}`
  try {
    const urls = new Map<string, string>()
    session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url))
    session.post('Debugger.enable')
    Object.defineProperty(globalThis, handle, { value: fn, configurable: true })
    let scriptId: string | undefined
    // Calls on the own thread's session are answered before they return.
    session.post('Runtime.evaluate', { expression: `globalThis[${JSON.stringify(handle)}]` }, (_error, reply) => {
      const objectId = reply.result.objectId
      if (objectId === undefined) return
      session.post('Runtime.getProperties', { objectId, ownProperties: true }, (_failure, { internalProperties }) => {
        const location = internalProperties?.find(({ name }) => name === '[[FunctionLocation]]')?.value
        scriptId = (location?.value as { scriptId: string } | undefined)?.scriptId
      })
    })
    const url = scriptId === undefined ? undefined : urls.get(scriptId)
    if (url === undefined || url === '') return undefined
    return url.startsWith('file:') ? fileURLToPath(url) : url.startsWith('/') ? url : undefined
  } finally {
    Reflect.deleteProperty(globalThis, handle)
    session.post('Debugger.disable')
    session.disconnect()
  }
}

function realFile(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // The entry script may be given without its extension.
    try {
      return realpathSync(createRequire(pathToFileURL(`${resolve('.')}/`)).resolve(path))
    } catch {
      return resolve(path)
    }
  }
}

function unnamed(fn: TaskFunction, why: string): RqdError {
  const shown = fn.name === '' ? 'an anonymous function' : `the function ${JSON.stringify(fn.name)}`
  const advice =
    'export it by name from a module below a task path (Queue option taskPaths), or enqueue it as text: "module.function"'
  return new RqdError('RQD_UNNAMED_FUNCTION', `cannot enqueue ${shown}: ${why}; ${advice}`)
}
