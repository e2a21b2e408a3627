/** The default description of a job. */
import { pythonRepr } from '../serial/python-repr.js'

/** How many characters of each argument are shown. */
const maxLength = 75

/**
 * `func(arg1, kw=val)` as RQ describes a call: each argument as Python's `repr` prints it, cut to 75 characters and
 * `...`, keyword arguments sorted.
 */
export function describeCall(
  func: string,
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
): string {
  const keywords = Object.entries(kwargs).map(([name, value]) => `${name}=${shown(value)}`)
  return `${func}(${[...args.map(shown), ...keywords.sort(byCodePoint)].join(', ')})`
}

function shown(value: unknown): string {
  const text = pythonRepr(value, maxLength + 1)
  if (text.length <= maxLength) return text
  const characters = Array.from(text.slice(0, 2 * maxLength + 2))
  return characters.length > maxLength ? `${characters.slice(0, maxLength).join('')}...` : text
}

function byCodePoint(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
