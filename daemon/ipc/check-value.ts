/** Deeper than any message goes. */
const MAX_DEPTH = 16

/**
 * Walk over one MessagePack value without making anything of it: a few bytes may announce arrays of millions inside one
 * another, for which a decoder reserves memory before it sees that they are not there.
 * @returns what is wrong with it; undefined if it may be decoded
 */
export function faultOfValue(bytes: Uint8Array): string | undefined {
  /** How many values each open array or map still needs; first of all, the one value. */
  const needed = new Float64Array(MAX_DEPTH + 1)
  needed[0] = 1
  let depth = 0
  let at = 0
  while (depth >= 0) {
    const missing = needed[depth] ?? 0
    if (missing === 0) {
      depth -= 1
      continue
    }
    needed[depth] = missing - 1
    const head = bytes[at]
    if (head === undefined) return 'it ends in the middle of a value'
    at += 1
    const items = itemsOf(head)
    if (items !== undefined) {
      const width = widthOf(head)
      const count = (width === 0 ? head & 0x0f : numberAt(bytes, at, width)) * items
      at += width
      // Each takes a byte at least.
      if (count > bytes.length - at)
        return `an array or map announces more than the ${bytes.length - at} bytes that follow`
      depth += 1
      if (depth > MAX_DEPTH) return `it is nested more than ${MAX_DEPTH} deep`
      needed[depth] = count
    } else {
      at += sizeOf(head, bytes, at)
    }
  }
  return at > bytes.length ? 'it ends in the middle of a value' : undefined
}

/** Values for each item that an array (1) or a map (2) announces; undefined for what is neither. */
function itemsOf(head: number): 1 | 2 | undefined {
  if ((head & 0xf0) === 0x90 || head === 0xdc || head === 0xdd) return 1
  if ((head & 0xf0) === 0x80 || head === 0xde || head === 0xdf) return 2
  return undefined
}

/** Bytes of the number behind the head of an array or map: none where the head holds it. */
function widthOf(head: number): 0 | 2 | 4 {
  if (head < 0xa0) return 0
  return head === 0xdc || head === 0xde ? 2 : 4
}

/** Bytes behind the head of a value that holds no others. */
function sizeOf(head: number, bytes: Uint8Array, at: number): number {
  if (head < 0xa0 || head >= 0xe0) return 0
  if (head < 0xc0) return head & 0x1f
  const fixed = fixedSizes[head - 0xc0]
  if (fixed !== undefined && fixed >= 0) return fixed
  const width = lengthWidths.get(head) ?? 0
  // An extension has a byte for its type.
  return width + numberAt(bytes, at, width) + (head >= 0xc7 && head <= 0xc9 ? 1 : 0)
}

/** By head, from 0xc0: nil, a number, or an extension of fixed size; -1 where a length follows. */
// prettier-ignore
const fixedSizes = [
  0, 0, 0, 0, -1, -1, -1, -1, -1, -1, 4, 8, 1, 2, 4, 8,
  1, 2, 4, 8, 2, 3, 5, 9, 17, -1, -1, -1,
]

/** Bytes of the length of bin, ext and str. */
const lengthWidths: ReadonlyMap<number, number> = new Map([
  [0xc4, 1],
  [0xc5, 2],
  [0xc6, 4],
  [0xc7, 1],
  [0xc8, 2],
  [0xc9, 4],
  [0xd9, 1],
  [0xda, 2],
  [0xdb, 4],
])

function numberAt(bytes: Uint8Array, at: number, width: number): number {
  let number = 0
  for (let i = 0; i < width; i++) number = number * 256 + (bytes[at + i] ?? 0)
  return number
}
