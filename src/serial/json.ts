/** JSON as Python's `json` module reads and writes it. */
import { JsonReader } from './json-reader.js'
import { encodeJson } from './json-writer.js'
import { PayloadError } from '../errors.js'
import { isUtf8 } from 'node:buffer'
import { maxContainers, maxDepth } from './limits.js'

export { encodeJson } from './json-writer.js'

/** The UTF-8 (in fact ASCII) bytes of `encodeJson`. @throws UnrepresentableError */
export function dumpsJson(value: unknown): Buffer {
  return Buffer.from(encodeJson(value), 'latin1')
}

/** Value of the JSON text in UTF-8. @throws PayloadError */
export function loadsJson(bytes: Uint8Array): unknown {
  if (!isUtf8(bytes)) throw new PayloadError('bad JSON: the bytes are not UTF-8')
  return decodeJson(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
}

/** An integer that a JavaScript number may not hold: JSON.parse would round it. */
const longInteger = /(?:^|[\s,:[])-?\d{16}/

/**
 * Value of a JSON text. Accepts what Python writes and JavaScript does not: `NaN`, `Infinity`, `-Infinity` and
 * integers of any size (BigInt beyond 2^53).
 * @throws PayloadError saying what is wrong and at which character
 */
export function decodeJson(text: string): unknown {
  checkBrackets(text)
  if (!longInteger.test(text)) {
    try {
      return JSON.parse(text)
    } catch {
      // Wrong, or one of Python's literals: the reader below knows which.
    }
  }
  return new JsonReader(text).read()
}

/** @throws PayloadError if brackets lie deeper within each other than `maxDepth`, or are more than `maxContainers` */
function checkBrackets(text: string): void {
  if (text.length <= maxDepth) return
  let depth = 0
  let containers = 0
  let inText = false
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (inText) {
      if (code === 0x22) inText = false
      else if (code === 0x5c) i++
    } else if (code === 0x22) {
      inText = true
    } else if (code === 0x5b || code === 0x7b) {
      if (++containers > maxContainers)
        throw new PayloadError(`bad JSON: more than ${maxContainers} arrays and objects`)
      if (++depth > maxDepth)
        throw new PayloadError(`bad JSON: nested deeper than ${maxDepth} levels at character ${i}`)
    } else if (code === 0x5d || code === 0x7d) {
      depth--
    }
  }
}
