/** What is checked or mended once a pickle's value stands. */
import { PayloadError } from '../../errors.js'
import { maxDepth } from '../limits.js'
import { OpaqueValue, PythonValue } from '../python-values.js'
import { setKey } from '../dict.js'

/** @throws PayloadError if containers lie deeper within each other than `maxDepth`; circles do not count. */
export function checkNesting(root: unknown, containers: number): void {
  if (containers <= maxDepth) return
  const heights = new Map<object, number>()
  const heightOf = (value: unknown, depth: number): number => {
    if (!isContainer(value)) return 0
    const known = heights.get(value)
    if (depth + (known ?? 0) >= maxDepth) throw new PayloadError(`bad pickle: nested deeper than ${maxDepth} levels`)
    if (known !== undefined) return known
    heights.set(value, 0)
    let height = 0
    eachChild(value, (child) => {
      height = Math.max(height, heightOf(child, depth + 1))
    })
    heights.set(value, height + 1)
    return height + 1
  }
  heightOf(root, 0)
}

/** Put the Maps in the place of the dicts they replace, wherever these are referred to. Returns the new root. */
export function replaceDicts(root: unknown, maps: ReadonlyMap<unknown, unknown>): unknown {
  const replaced = (value: unknown): unknown => maps.get(value) ?? value
  const first = replaced(root)
  const seen = new Set<object>()
  const open: unknown[] = [first]
  const see = (child: unknown): void => {
    if (isContainer(child) && !seen.has(child)) open.push(child)
  }
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (!isContainer(value) || seen.has(value)) continue
    seen.add(value)
    mend(value, replaced)
    eachChild(value, see)
  }
  return first
}

function mend(value: object, replaced: (child: unknown) => unknown): void {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) value[i] = replaced(value[i])
  } else if (value instanceof Map) {
    for (const [key, item] of value) if (replaced(item) !== item) value.set(key, replaced(item))
  } else if (value instanceof OpaqueValue) {
    value.state = replaced(value.state)
    mend(value.args, replaced)
    mend(value.items, replaced)
  } else if (!(value instanceof Set)) {
    for (const [key, item] of Object.entries(value))
      if (replaced(item) !== item) setKey(value as Record<string, unknown>, key, replaced(item))
  }
}

function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof Date) return false
  return !(value instanceof PythonValue) || value instanceof OpaqueValue
}

function eachChild(value: object, visit: (child: unknown) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) visit(item)
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      visit(key)
      visit(item)
    }
  } else if (value instanceof Set) {
    for (const item of value) visit(item)
  } else if (value instanceof OpaqueValue) {
    visit(value.args)
    visit(value.state)
    visit(value.items)
  } else {
    const record = value as Record<string, unknown>
    for (const key of Object.keys(record)) visit(record[key])
  }
}
