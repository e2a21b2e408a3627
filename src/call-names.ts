import { functionOf } from './callback.js'
import { checkFunctionName, type EnqueueCall } from './enqueue-call.js'
import { RqdError } from './errors.js'
import { knownNameOf, nameOfFunction, type TaskFunction } from './task-name.js'

/** The functions of a call by the names under which workers find them. */
export interface CallNames {
  readonly func: string
  readonly onSuccess: string | undefined
  readonly onFailure: string | undefined
  readonly onStopped: string | undefined
}

type Name = string | Promise<string> | undefined

/**
 * Name the functions of a call. A promise only where a name must be found first.
 * @throws RqdError RQD_UNNAMED_FUNCTION, RQD_BAD_OPTION
 */
export function namesOf(call: EnqueueCall, taskPaths: readonly string[]): CallNames | Promise<CallNames> {
  const { func, onSuccess, onFailure, onStopped } = call
  const callbacks = [onSuccess, onFailure, onStopped]
  // All are looked at before any is looked for: nobody would hear of a search that fails then.
  if (typeof func === 'string') checkFunctionName(func)
  for (const option of callbacks) if (option !== undefined) checkCallback(functionOf(option))
  const name = nameOf(func, taskPaths)
  if (typeof name === 'string' && callbacks.every((option) => option === undefined)) return assemble([name])
  const names: Name[] = [name]
  for (const option of callbacks) names.push(option === undefined ? undefined : nameOf(functionOf(option), taskPaths))
  const known = names.filter(isKnown)
  return known.length === names.length
    ? assemble(known)
    : Promise.all(names.map((one) => Promise.resolve(one))).then(assemble)
}

function isKnown(name: Name): name is string | undefined {
  return !(name instanceof Promise)
}

function assemble([func = '', onSuccess, onFailure, onStopped]: readonly (string | undefined)[]): CallNames {
  return { func, onSuccess, onFailure, onStopped }
}

function checkCallback(func: TaskFunction | string): void {
  if (typeof func === 'string') checkFunctionName(func)
  else if (typeof func !== 'function') {
    const text = `a callback is ${JSON.stringify(func)}; expected a function, its name, or callback(...)`
    throw new RqdError('RQD_BAD_OPTION', text)
  }
}

function nameOf(func: TaskFunction | string, taskPaths: readonly string[]): string | Promise<string> {
  if (typeof func === 'string') return func
  return knownNameOf(func, taskPaths) ?? nameOfFunction(func, taskPaths)
}
