/** Plain objects as Python dicts with text keys. */

/**
 * True for what is written as a dict with text keys: object literals, null-prototype objects and instances of ordinary
 * classes, whose own enumerable properties count. Built-ins such as Promise, RegExp or Error are none.
 */
export function isDictLike(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return true
  return Object.prototype.toString.call(value) === '[object Object]'
}

/** A mapping that was read, as a plain object; undefined unless it is one whose keys are all text. */
export function asTextDict(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (value instanceof Map) {
    for (const key of value.keys()) if (typeof key !== 'string') return undefined
    return Object.fromEntries(value as Map<string, unknown>)
  }
  return Object.getPrototypeOf(value) === Object.prototype ? (value as Record<string, unknown>) : undefined
}

/** Set a key as an own property, also `__proto__`, which plain assignment would take for the prototype. */
export function setKey(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    target[key] = value
  }
}
