/** Reading single fields of a job hash as RQ's readers do. */
import { isAscii, isUtf8 } from 'node:buffer'
import { MalformedJobError, RqdError } from '../errors.js'
import { decodeJson } from '../serial/json.js'
import { parseIso } from './time.js'

const integerPattern = /^\s*[+-]?\d+(?:_\d+)*\s*$/

/** Reads fields by type; what cannot be read goes to `onProblem`, and counts as unset if that does not throw. */
export class FieldReader {
  readonly #jobId: string
  readonly #fields: ReadonlyMap<string, Uint8Array>
  readonly #onProblem: (problem: MalformedJobError) => void

  constructor(jobId: string, fields: ReadonlyMap<string, Uint8Array>, onProblem: (problem: MalformedJobError) => void) {
    this.#jobId = jobId
    this.#fields = fields
    this.#onProblem = onProblem
  }

  bytes(field: string): Uint8Array | undefined {
    return this.#fields.get(field)
  }

  /** Text; empty is unset. */
  text(field: string): string | undefined {
    const text = this.#raw(field)
    return text === '' ? undefined : text
  }

  /** ISO time; empty is unset. */
  time(field: string): number | undefined {
    const text = this.text(field)
    if (text === undefined) return undefined
    try {
      return parseIso(text, field)
    } catch {
      this.problem(field, text, 'a UTC time such as 2026-11-23T08:31:26.251911Z')
      return undefined
    }
  }

  /** Integer; empty is unset (the fields marked † in the wire format). */
  int(field: string): number | undefined {
    return this.text(field) === undefined ? undefined : this.strictInt(field)
  }

  /** Integer; empty is an error (the fields marked ‡). */
  strictInt(field: string): number | undefined {
    const text = this.#raw(field)
    if (text === undefined) return undefined
    const plain = plainInteger(text)
    if (plain !== undefined) return plain
    const value = integerPattern.test(text) ? Number(text.replaceAll('_', '')) : NaN
    if (Number.isSafeInteger(value)) return value
    this.problem(field, text, 'an integer')
    return undefined
  }

  /** `0` or `1`; empty is unset. */
  flag(field: string): boolean | undefined {
    const value = this.int(field)
    return value === undefined ? undefined : value !== 0
  }

  /** `0` or `1`; empty is an error. */
  strictFlag(field: string): boolean | undefined {
    const value = this.strictInt(field)
    return value === undefined ? undefined : value !== 0
  }

  /** JSON array of items that `isItem` accepts; empty is unset. */
  array<T>(field: string, expected: string, isItem: (item: unknown) => item is T): T[] | undefined {
    const text = this.text(field)
    if (text === undefined) return undefined
    let value: unknown
    try {
      value = decodeJson(text)
    } catch (error) {
      if (!(error instanceof RqdError)) throw error
    }
    if (Array.isArray(value) && value.every(isItem)) return value
    this.problem(field, text, expected)
    return undefined
  }

  /** Report a value that cannot be read. */
  problem(field: string, found: string, expected: string): void {
    const shown = JSON.stringify(found.length > 60 ? `${found.slice(0, 60)}...` : found)
    const message = `job ${JSON.stringify(this.#jobId)}, field ${field}: found ${shown}, expected ${expected}`
    this.#onProblem(new MalformedJobError(field, message))
  }

  #raw(field: string): string | undefined {
    const bytes = this.#fields.get(field)
    if (bytes === undefined) return undefined
    if (bytes.length === 0) return ''
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (isAscii(buffer)) return buffer.toString('latin1')
    if (isUtf8(buffer)) return buffer.toString('utf8')
    this.problem(field, buffer.toString('latin1'), 'UTF-8')
    return undefined
  }
}

/** A whole number of plain digits that needs no check of its size; undefined for anything else. */
function plainInteger(text: string): number | undefined {
  if (text.length === 0 || text.length > 15) return undefined
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}
