/** The JSON writer: byte for byte what Python's `json.dumps` writes with its defaults. */
import { UnrepresentableError } from '../errors.js'
import { isDictLike } from './dict.js'
import { floatText, isInt } from './float-text.js'
import { maxDepth, maxOutputBytes, maxValues } from './limits.js'
import { PythonValue } from './python-value.js'
import { kindOf, locating, Refusal, TooDeep } from './refusal.js'

/** Characters that stand for themselves in Python's ASCII output. */
const plainText = /^[ !#-[\]-~]*$/
/** 4300 digits: Python neither writes nor reads longer integers. */
const maxBits = 14_284

const notAscii = /[\u007f-\uffff]/g

/**
 * JSON text as Python's `json.dumps` writes it: `", "` and `": "`, non-ASCII as `\uXXXX`, `NaN` and `Infinity` literals.
 * BigInts are integers, `undefined` is null (omitted in objects), Maps with text keys are objects, tuples are arrays;
 * `toJSON` is honoured, so a Date is its ISO text.
 * @throws UnrepresentableError saying where, for functions, symbols, bytes, sets, circles and other things JSON lacks
 */
export function encodeJson(value: unknown): string {
  return locating('JSON', value, () => new JsonWriter().write(value, 0))
}

class JsonWriter {
  #values = 0
  #size = 0

  write(value: unknown, depth: number): string {
    if (++this.#values > maxValues) throw new UnrepresentableError(`JSON: more than ${maxValues} values`)
    switch (typeof value) {
      case 'string':
        return this.#text(value)
      case 'number':
        return numberText(value)
      case 'boolean':
        return value ? 'true' : 'false'
      case 'bigint':
        if (BigInt.asIntN(maxBits, value) !== value)
          throw new Refusal('it is an integer of more than 4300 digits', value)
        return value.toString()
      case 'undefined':
        return 'null'
      case 'object':
        return value === null ? 'null' : this.#compound(value, depth + 1)
      case 'function':
      case 'symbol':
        throw new Refusal(`it is ${kindOf(value)}`, value)
    }
  }

  #compound(value: object, depth: number): string {
    if (depth > maxDepth) throw new TooDeep(`it is nested deeper than ${maxDepth} levels`)
    if (Array.isArray(value)) return this.#array(value, depth)
    if (value instanceof Map) return this.#map(value, depth)
    if (ArrayBuffer.isView(value)) throw new Refusal(`it is binary (${kindOf(value)})`, value)
    if (value instanceof PythonValue) throw new Refusal(`it is a Python ${value.pythonType}`, value)
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      return this.write((value as { toJSON: (key: string) => unknown }).toJSON(''), depth)
    }
    if (!isDictLike(value)) throw new Refusal(`it is ${kindOf(value)}`, value)
    let out = ''
    for (const key of Object.keys(value)) {
      const item = value[key]
      if (item === undefined) continue
      out += `${out === '' ? '' : ', '}${this.#text(key)}: ${this.write(item, depth)}`
    }
    return `{${out}}`
  }

  #array(array: readonly unknown[], depth: number): string {
    let out = ''
    for (let i = 0; i < array.length; i++) {
      if (i > 0) out += ', '
      out += this.write(array[i], depth)
    }
    return `[${out}]`
  }

  #map(map: ReadonlyMap<unknown, unknown>, depth: number): string {
    let out = ''
    for (const [key, item] of map) {
      if (typeof key !== 'string') throw new Refusal(`it has a key that is no text (${kindOf(key)})`, map)
      if (item === undefined) continue
      out += `${out === '' ? '' : ', '}${this.#text(key)}: ${this.write(item, depth)}`
    }
    return `{${out}}`
  }

  #text(text: string): string {
    this.#size += text.length
    if (this.#size > maxOutputBytes) throw new UnrepresentableError(`JSON: more than ${maxOutputBytes} bytes`)
    if (plainText.test(text)) return `"${text}"`
    return JSON.stringify(text).replace(notAscii, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)
  }
}

function numberText(n: number): string {
  if (isInt(n)) return String(n)
  if (Number.isFinite(n)) return floatText(n)
  return Number.isNaN(n) ? 'NaN' : n > 0 ? 'Infinity' : '-Infinity'
}
