/** The JSON reader for what JSON.parse cannot do; its caller has bounded the depth. */
import { PayloadError } from '../errors.js'
import { setKey } from './dict.js'

/** Python itself refuses longer integers. */
const maxDigits = 4300

const blank = /[ \t\n\r]*/y
const numeral = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y

const literals: readonly (readonly [text: string, value: unknown])[] = [
  ['null', null],
  ['true', true],
  ['false', false],
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
]

/** Reads one JSON text by recursive descent. */
export class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  /** @throws PayloadError */
  read(): unknown {
    const value = this.#value()
    this.#skip()
    if (this.#at < this.#text.length) throw this.#bad('expected the end of the text')
    return value
  }

  #value(): unknown {
    this.#skip()
    const first = this.#text[this.#at]
    switch (first) {
      case undefined:
        throw this.#bad('expected a value')
      case '{':
        return this.#object()
      case '[':
        return this.#array()
      case '"':
        return this.#string()
      default:
        return this.#scalar()
    }
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {}
    this.#at++
    this.#skip()
    if (this.#take('}')) return object
    do {
      this.#skip()
      if (this.#text[this.#at] !== '"') throw this.#bad('expected a key in double quotes')
      const key = this.#string()
      this.#skip()
      if (!this.#take(':')) throw this.#bad('expected ":"')
      setKey(object, key, this.#value())
      this.#skip()
    } while (this.#take(','))
    if (!this.#take('}')) throw this.#bad('expected "," or "}"')
    return object
  }

  #array(): unknown[] {
    const array: unknown[] = []
    this.#at++
    this.#skip()
    if (this.#take(']')) return array
    do {
      array.push(this.#value())
      this.#skip()
    } while (this.#take(','))
    if (!this.#take(']')) throw this.#bad('expected "," or "]"')
    return array
  }

  #string(): string {
    const start = this.#at
    let end = start
    do {
      end = this.#text.indexOf('"', end + 1)
      if (end < 0) throw this.#bad('a text without end')
    } while (this.#isEscaped(end))
    this.#at = end + 1
    try {
      return JSON.parse(this.#text.slice(start, end + 1)) as string
    } catch (cause) {
      this.#at = start
      throw this.#bad('a text with a bad escape or a raw control character', cause)
    }
  }

  #isEscaped(at: number): boolean {
    let backslashes = 0
    while (this.#text[at - 1 - backslashes] === '\\') backslashes++
    return backslashes % 2 === 1
  }

  #scalar(): unknown {
    for (const [text, value] of literals) {
      if (this.#text.startsWith(text, this.#at)) {
        this.#at += text.length
        return value
      }
    }
    numeral.lastIndex = this.#at
    const found = numeral.exec(this.#text)
    if (found === null) throw this.#bad('expected a value')
    const text = found[0]
    if (found[1] === undefined && found[2] === undefined && text.length > 15) {
      if (text.length > maxDigits) throw this.#bad(`an integer of more than ${maxDigits} digits`)
      this.#at += text.length
      const integer = Number(text)
      return Number.isSafeInteger(integer) ? integer : BigInt(text)
    }
    this.#at += text.length
    return Number(text)
  }

  #skip(): void {
    blank.lastIndex = this.#at
    blank.test(this.#text)
    this.#at = blank.lastIndex
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #bad(what: string, cause?: unknown): PayloadError {
    const near = this.#text.slice(this.#at, this.#at + 20)
    return new PayloadError(
      `bad JSON at character ${this.#at} (${near === '' ? 'the end' : JSON.stringify(near)}): ${what}`,
      { cause },
    )
  }
}
