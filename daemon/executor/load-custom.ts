import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { ExceptionHandler, Hooks } from '../../src/run/daemon-worker.js'
import { type ClassKind, isClassOf } from '../../src/run/extends.js'
import type { FunctionResolver } from '../../src/run/resolve.js'
import { named, refused } from '../custom-error.js'

const hookNames = ['executorStart', 'executorStop', 'beforeJob', 'afterJob'] as const

/** @throws RqdError RQD_BAD_OPTION naming the handler */
export async function loadHandlers(names: readonly string[], resolver: FunctionResolver): Promise<ExceptionHandler[]> {
  const handlers: ExceptionHandler[] = []
  for (const name of names) {
    const { call, owner } = await named('--exception-handler', name, () => resolver.resolve(name))
    handlers.push((...args) => Reflect.apply(call, owner, args))
  }
  return handlers
}

/**
 * The hooks that a module exports: by name, or on the object that is its default export.
 * @throws RqdError RQD_BAD_OPTION if it does not load, or exports none of them, or something else by such a name
 */
export async function loadHooks(name: string | null, resolver: FunctionResolver): Promise<Hooks> {
  if (name === null) return {}
  const module = await named('--hooks', name, async () =>
    isAbsolute(name) ? ((await import(pathToFileURL(name).href)) as object) : await resolver.loadModule(name),
  )
  if (module === undefined) {
    throw refused('--hooks', name, 'no such module on the task paths; expected one, or an absolute file')
  }
  const given: unknown = Reflect.get(module, 'default')
  const holders = typeof given === 'object' && given !== null ? [module, given] : [module]
  const hooks: Record<string, () => unknown> = {}
  for (const hook of hookNames) {
    const holder = holders.find((each) => Reflect.get(each, hook) !== undefined)
    if (holder === undefined) continue
    const value: unknown = Reflect.get(holder, hook)
    if (typeof value !== 'function') throw refused('--hooks', name, `its ${hook} is a ${typeof value}, not a function`)
    hooks[hook] = value.bind(holder) as () => unknown
  }
  if (Object.keys(hooks).length > 0) return hooks
  throw refused('--hooks', name, `it exports ${exportsOf(module)}; expected at least one of ${hookNames.join(', ')}`)
}

type AnyClass = abstract new (...args: never[]) => unknown

/**
 * The class of that name, or `base` where none is named. It must extend the base, of whichever copy of the package.
 * @throws RqdError RQD_BAD_OPTION naming flag and class, what was found and what was expected
 */
export async function loadClass<C extends AnyClass>(
  flag: string,
  name: string | null,
  kind: ClassKind,
  base: C,
  resolver: FunctionResolver,
): Promise<C> {
  if (name === null) return base
  const value = await named(flag, name, () => resolver.resolveExport(name))
  if (isClassOf(value, kind)) return value as C
  const found = typeof value === 'function' ? `the function or class ${value.name}` : `a ${typeof value}`
  throw refused(flag, name, `it is ${found}; expected a class that extends ${base.name} of the package rqd`)
}

function exportsOf(module: object): string {
  const names = Object.keys(module)
  return names.length === 0 ? 'nothing' : names.slice(0, 20).join(', ')
}
