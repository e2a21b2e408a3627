import { RqdError } from '../errors.js'

/** One way to read a function's name: a module, and the path of own properties from its exports to the function. */
export interface NameReading {
  /** Folder and file names, without extension: `['pkg', 'module']`. */
  module: string[]
  /** `['func']` or `['Class', 'method']`. */
  attributes: string[]
}

/** Letters, digits, `_` and `$`, not starting with a digit; file names may hold single `-` between them. */
const fileName = /^[\p{L}_$][\p{L}\p{N}_$]*(?:-[\p{L}\p{N}_$]+)*$/u
const attributeName = /^[\p{L}_$][\p{L}\p{N}_$]*$/u
const forbidden: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype', 'node_modules'])

const MAX_NAME_CHARS = 512

/**
 * The readings of `name`, in the order in which they are tried: a `:` divides module from attributes exactly; without
 * one, the longest module part comes first, then one component after the other moves to the attributes, as RQ does.
 * @throws RqdError RQD_UNKNOWN_FUNCTION when the name can never be a function's.
 */
export function readName(name: string): NameReading[] {
  if (name.length > MAX_NAME_CHARS) {
    throw bad(name.slice(0, 80) + '…', `it has ${name.length} characters: at most ${MAX_NAME_CHARS} are read`)
  }
  const colon = name.indexOf(':')
  if (colon !== -1) {
    const reading = { module: name.slice(0, colon).split('.'), attributes: name.slice(colon + 1).split('.') }
    checkModule(name, reading.module)
    checkAttributes(name, reading.attributes)
    return [reading]
  }
  const parts = name.split('.')
  if (parts.length < 2) throw bad(name, "a name needs a module and a function: 'module.function' or 'module:export'")
  const readings: NameReading[] = []
  for (let length = parts.length - 1; length > 0; length--) {
    const reading = { module: parts.slice(0, length), attributes: parts.slice(length) }
    checkModule(name, reading.module)
    // Only the last components can be attributes; a folder with a '-' in its name never is one.
    if (!reading.attributes.every((part) => attributeName.test(part))) {
      if (readings.length === 0) checkAttributes(name, reading.attributes)
      break
    }
    checkAttributes(name, reading.attributes)
    readings.push(reading)
  }
  return readings
}

/** The parts of a module's name, `pkg.module`; undefined when it can never be one. */
export function readModuleName(name: string): string[] | undefined {
  const parts = name.split('.')
  return parts.every(namesModule) ? parts : undefined
}

function namesModule(part: string): boolean {
  return fileName.test(part) && !forbidden.has(part)
}

function checkModule(name: string, parts: string[]): void {
  for (const part of parts) {
    if (!namesModule(part)) throw bad(name, `${JSON.stringify(part)} cannot name a module or folder`)
  }
}

function checkAttributes(name: string, parts: string[]): void {
  for (const part of parts) {
    if (!attributeName.test(part) || forbidden.has(part))
      throw bad(name, `${JSON.stringify(part)} cannot name an export`)
  }
}

function bad(name: string, reason: string): RqdError {
  return new RqdError('RQD_UNKNOWN_FUNCTION', `${JSON.stringify(name)} is no function name: ${reason}`)
}
