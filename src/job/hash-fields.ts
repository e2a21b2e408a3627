/** Reading single fields of a job hash as RQ's readers do. */
import { isAscii, isUtf8 } from 'node:buffer'
import { MalformedJobError, RqdError } from '../errors.js'
import { decodeJson } from '../serial/json.js'
import { parseIso } from './time.js'

/** Texts up to this length are looked at byte by byte. */
const SHORT = 64

const integerPattern = /^\s*[+-]?\d+(?:_\d+)*\s*$/

/** Reads one field after another by type; what cannot be read goes to `onProblem`, and counts as unset if that does not throw. */
export class FieldReader {
  readonly #jobId: string
  readonly #onProblem: (problem: MalformedJobError) => void
  #field = ''
  #bytes: Buffer = Buffer.alloc(0)
  #start = 0
  #end = 0

  constructor(jobId: string, onProblem: (problem: MalformedJobError) => void) {
    this.#jobId = jobId
    this.#onProblem = onProblem
  }

  /** Go to a field, whose value lies in `bytes` from `start` to before `end`. */
  at(field: string, bytes: Buffer, start: number, end: number): void {
    this.#field = field
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  /** The bytes as they are. */
  get value(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end)
  }

  get #isEmpty(): boolean {
    return this.#start === this.#end
  }

  /** Text; empty is unset. */
  text(): string | undefined {
    return this.#isEmpty ? undefined : this.#raw()
  }

  /** ISO time; empty is unset. */
  time(): number | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    try {
      return parseIso(text, this.#field)
    } catch {
      this.problem(text, 'a UTC time such as 2026-11-23T08:31:26.251911Z')
      return undefined
    }
  }

  /** Integer; empty is unset (the fields marked † in the wire format). */
  int(): number | undefined {
    return this.#isEmpty ? undefined : this.strictInt()
  }

  /** Integer; empty is an error (the fields marked ‡). */
  strictInt(): number | undefined {
    const text = this.#raw()
    if (text === undefined) return undefined
    const plain = plainInteger(text)
    if (plain !== undefined) return plain
    const value = integerPattern.test(text) ? Number(text.replaceAll('_', '')) : NaN
    if (Number.isSafeInteger(value)) return value
    this.problem(text, 'an integer')
    return undefined
  }

  /** `0` or `1`; empty is unset. */
  flag(): boolean | undefined {
    const value = this.int()
    return value === undefined ? undefined : value !== 0
  }

  /** `0` or `1`; empty is an error. */
  strictFlag(): boolean | undefined {
    const value = this.strictInt()
    return value === undefined ? undefined : value !== 0
  }

  /** JSON array of items that `isItem` accepts; empty is unset. */
  array<T>(expected: string, isItem: (item: unknown) => item is T): T[] | undefined {
    const text = this.text()
    if (text === undefined) return undefined
    let value: unknown
    try {
      value = decodeJson(text)
    } catch (error) {
      if (!(error instanceof RqdError)) throw error
    }
    if (Array.isArray(value) && value.every(isItem)) return value
    this.problem(text, expected)
    return undefined
  }

  /** Report a value that cannot be read. */
  problem(found: string, expected: string): void {
    const shown = JSON.stringify(found.length > 60 ? `${found.slice(0, 60)}...` : found)
    const message = `job ${JSON.stringify(this.#jobId)}, field ${this.#field}: found ${shown}, expected ${expected}`
    this.#onProblem(new MalformedJobError(this.#field, message))
  }

  #raw(): string | undefined {
    if (this.#isShortAscii()) return this.#bytes.toString('latin1', this.#start, this.#end)
    const bytes = this.#bytes.subarray(this.#start, this.#end)
    if (isAscii(bytes)) return bytes.toString('latin1')
    if (isUtf8(bytes)) return bytes.toString('utf8')
    this.problem(bytes.toString('latin1'), 'UTF-8')
    return undefined
  }

  // Cheaper than a call into C++ for the texts of most fields.
  #isShortAscii(): boolean {
    if (this.#end - this.#start > SHORT) return false
    for (let i = this.#start; i < this.#end; i++) if ((this.#bytes[i] ?? 0) > 0x7f) return false
    return true
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
