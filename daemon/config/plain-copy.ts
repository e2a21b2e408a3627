/** Deeper than any option goes. */
const MAX_DEPTH = 50

/** True for an object that only holds values by name: no list, no date, no instance of a class. */
export function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

/**
 * A copy of lists and plain objects, all the way down: what a program computes when it is asked (getters, proxies) is
 * asked for here and once. Other values stay what they are.
 * @throws Error for what has no bottom, and whatever the program throws
 */
export function plainCopy(value: unknown, depth = 0): unknown {
  if (depth > MAX_DEPTH) throw new Error(`it is nested more than ${MAX_DEPTH} deep, or holds itself`)
  if (Array.isArray(value)) return value.map((each) => plainCopy(each, depth + 1))
  if (!isPlain(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainCopy(each, depth + 1)]))
}
