/** Values of payloads for viewers: as JSON that says what it cannot hold, and never more of it than a viewer can bear. */
import { FrozenSet, OpaqueValue, PythonValue, Tuple } from './python-values.js'

/** How much of a value is shown. */
export interface ShownLimits {
  /** Values within it, keys included; what comes after is cut off. */
  readonly values: number
  /** Characters of one text, and digits of base64. */
  readonly characters: number
  /** How deep values lie within each other. */
  readonly depth: number
}

const usual: ShownLimits = { values: 5_000, characters: 10_000, depth: 24 }

/**
 * A value that came out of a payload as plain JSON. What JSON lacks is an object with one key that begins with `$`:
 * `{"$int": "…"}` beyond 2^53, `{"$float": "nan"}`, `{"$bytes": "base64"}`, `{"$date": "ISO"}`, `{"$map": [[key, value]]}`,
 * `{"$set": […]}`, `{"$python": "decimal.Decimal", "text": "1.5"}`, and `{"$cut": …}` where it is too large to be shown whole.
 */
export function shownValue(value: unknown, limits: ShownLimits = usual): unknown {
  let left = limits.values

  function show(item: unknown, depth: number): unknown {
    left -= 1
    if (left < 0) return { $cut: 'more than can be shown' }
    if (typeof item === 'object' && item !== null) {
      return depth >= limits.depth ? { $cut: 'deeper than can be shown' } : showObject(item, depth + 1)
    }
    return showPlain(item, limits)
  }

  function showObject(item: object, depth: number): unknown {
    if (item instanceof Uint8Array) return showBytes(item, limits)
    if (item instanceof Date) return { $date: Number.isNaN(item.getTime()) ? 'invalid' : item.toISOString() }
    if (Array.isArray(item)) return showList(item, depth)
    if (item instanceof Map)
      return {
        $map: showList(
          [...item].map((pair) => Tuple.wrap(pair)),
          depth,
        ),
      }
    if (item instanceof Set) return { [item instanceof FrozenSet ? '$frozenset' : '$set']: showList([...item], depth) }
    if (item instanceof PythonValue) {
      return item instanceof OpaqueValue
        ? { $python: cut(item.pythonType, limits), kind: item.kind }
        : { $python: cut(item.pythonType, limits), text: cut(String(item), limits) }
    }
    const entries: [string, unknown][] = []
    for (const [key, inner] of Object.entries(item)) {
      if (left <= 0) {
        entries.push(['$cut', 'more than can be shown'])
        break
      }
      entries.push([cut(key, limits), show(inner, depth)])
    }
    return Object.fromEntries(entries)
  }

  function showList(items: readonly unknown[], depth: number): unknown[] {
    const shown: unknown[] = []
    for (const item of items) {
      shown.push(show(item, depth))
      if (left < 0) break
    }
    return shown
  }

  return show(value, 0)
}

function showPlain(item: unknown, limits: ShownLimits): unknown {
  switch (typeof item) {
    case 'string':
      return cut(item, limits)
    case 'number':
      return Number.isFinite(item) ? item : { $float: Number.isNaN(item) ? 'nan' : item > 0 ? 'inf' : '-inf' }
    case 'bigint':
      return { $int: cut(item.toString(), limits) }
    case 'boolean':
      return item
    default:
      return null
  }
}

function showBytes(bytes: Uint8Array, { characters }: ShownLimits): unknown {
  const most = Math.floor((characters * 3) / 4)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, most)).toString('base64')
  return bytes.byteLength > most ? { $bytes: text, $cut: bytes.byteLength } : { $bytes: text }
}

function cut(text: string, { characters }: ShownLimits): string {
  return text.length > characters ? `${text.slice(0, characters)}… (${text.length} characters)` : text
}
