/** Finding where in a value something lies, for error messages only: slow paths. */
import { OpaqueValue } from './python-values.js'

/** A value with the path that leads to it, as in `value[3]["name"]`. */
export interface Found {
  readonly path: string
  readonly value: unknown
}

const maxSteps = 1_000_000

/**
 * The first value within `root` that `isWanted` accepts; `isInside` tells it whether the value encloses itself.
 * Visits every object once, depth first, without recursion. Undefined if there is none within a million steps.
 */
export function findWithin(
  root: unknown,
  name: string,
  isWanted: (value: unknown, isInside: boolean) => boolean,
): Found | undefined {
  if (isWanted(root, false)) return { path: name, value: root }
  const seen = new Set<unknown>([root])
  const open = new Set<unknown>([root])
  const stack = [{ owner: root, path: name, children: childrenOf(root) }]
  for (let steps = 0; steps < maxSteps; steps++) {
    const top = stack.at(-1)
    if (top === undefined) return undefined
    const next = top.children.next()
    if (next.done === true) {
      open.delete(top.owner)
      stack.pop()
      continue
    }
    const [step, value] = next.value
    const path = cut(`${top.path}${step}`)
    if (isWanted(value, open.has(value))) return { path, value }
    if (typeof value !== 'object' || value === null || seen.has(value)) continue
    seen.add(value)
    open.add(value)
    stack.push({ owner: value, path, children: childrenOf(value) })
  }
  return undefined
}

/** The first Python object within `root` that is known by name only. */
export function findOpaque(root: unknown, name: string): (Found & { value: OpaqueValue }) | undefined {
  const found = findWithin(root, name, (value) => value instanceof OpaqueValue)
  return found?.value instanceof OpaqueValue ? { path: found.path, value: found.value } : undefined
}

function* childrenOf(value: unknown): Generator<[step: string, child: unknown], undefined> {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) yield [`[${i}]`, value[i]]
  } else if (value instanceof Map) {
    for (const [key, item] of value) {
      yield ['.key', key]
      yield [typeof key === 'string' || typeof key === 'number' ? `[${JSON.stringify(key)}]` : '[...]', item]
    }
  } else if (value instanceof Set) {
    for (const item of value) yield ['{...}', item]
  } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
    for (const [key, item] of Object.entries(value)) yield [`[${JSON.stringify(key)}]`, item]
  }
}

/** A very deep path is shown by its two ends. */
function cut(path: string): string {
  return path.length > 300 ? `${path.slice(0, 140)}...${path.slice(-140)}` : path
}
