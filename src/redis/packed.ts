/** MessagePack as the scripts speak it: arrays, texts and small numbers. Bytes stay bytes, nothing is copied. */
import { RqdError } from '../errors.js'

const NUL = Buffer.alloc(0)

/** Reads one reply from front to back. @throws RqdError RQD_REDIS where it finds something else than it is asked for. */
export class PackedReader {
  readonly #bytes: Buffer
  readonly #names = new Map<number, string>()
  #at = 0

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  /** Length of the array that begins here. */
  array(): number {
    const head = this.#bytes[this.#at++] ?? 0
    if ((head & 0xf0) === 0x90) return head & 0x0f
    if (head === 0xdc) return this.#uint(2)
    if (head === 0xdd) return this.#uint(4)
    throw odd('an array', head)
  }

  /** A whole number that is not negative, below 2^32. */
  number(): number {
    const head = this.#bytes[this.#at++] ?? 0
    if (head < 0x80) return head
    if (head === 0xcc) return this.#uint(1)
    if (head === 0xcd) return this.#uint(2)
    if (head === 0xce) return this.#uint(4)
    throw odd('a number', head)
  }

  /** Text as its bytes, which are a part of the reply and must not be changed. */
  bytes(): Buffer {
    const length = this.#textLength()
    if (length === 0) return NUL
    const from = this.#at
    this.#at += length
    return this.#bytes.subarray(from, this.#at)
  }

  text(): string {
    const length = this.#textLength()
    const from = this.#at
    this.#at += length
    return this.#bytes.toString('utf8', from, this.#at)
  }

  /** Text that occurs again and again, such as the name of a field: made once. */
  name(): string {
    const length = this.#textLength()
    const from = this.#at
    const bytes = this.#bytes
    this.#at += length
    const mark = length + 256 * ((bytes[from] ?? 0) + 256 * (bytes[from + (length >> 1)] ?? 0))
    const known = this.#names.get(mark)
    if (known !== undefined && isAt(bytes, from, length, known)) return known
    const name = bytes.toString('utf8', from, this.#at)
    this.#names.set(mark, name)
    return name
  }

  /** The fields of a hash, as a flat array of names and values. They are read when they are visited. */
  fields(): PackedFields {
    const values = this.array()
    const from = this.#at
    for (let i = 0; i < values; i++) {
      const length = this.#textLength()
      this.#at += length
    }
    return new PackedFields(this, from, values / 2)
  }

  /** Visit `count` fields that begin at `from`. */
  visitFields(from: number, count: number, visit: VisitField): void {
    this.#at = from
    for (let i = 0; i < count; i++) {
      const name = this.name()
      const length = this.#textLength()
      const start = this.#at
      this.#at += length
      visit(name, this.#bytes, start, this.#at)
    }
  }

  #textLength(): number {
    const head = this.#bytes[this.#at++] ?? 0
    if ((head & 0xe0) === 0xa0) return head & 0x1f
    if (head === 0xd9) return this.#uint(1)
    if (head === 0xda) return this.#uint(2)
    if (head === 0xdb) return this.#uint(4)
    throw odd('text', head)
  }

  #uint(size: number): number {
    const value = this.#bytes.readUIntBE(this.#at, size)
    this.#at += size
    return value
  }
}

/** One field: its name, and where its value lies, from `start` to before `end`. */
export type VisitField = (name: string, bytes: Buffer, start: number, end: number) => void

/** The fields of a hash in a reply. Nothing is made of those that nobody looks at. */
export class PackedFields {
  readonly #reader: PackedReader
  readonly #from: number
  readonly #count: number

  constructor(reader: PackedReader, from: number, count: number) {
    this.#reader = reader
    this.#from = from
    this.#count = count
  }

  visit(visit: VisitField): void {
    this.#reader.visitFields(this.#from, this.#count, visit)
  }

  get(field: string): Buffer | undefined {
    let found: Buffer | undefined
    this.visit((name, bytes, start, end) => {
      if (name === field) found = bytes.subarray(start, end)
    })
    return found
  }

  toMap(): Map<string, Buffer> {
    const fields = new Map<string, Buffer>()
    this.visit((name, bytes, start, end) => fields.set(name, bytes.subarray(start, end)))
    return fields
  }
}

/** True where these bytes are this text, which is ASCII. */
function isAt(bytes: Buffer, from: number, length: number, text: string): boolean {
  if (text.length !== length) return false
  for (let i = 0; i < length; i++) {
    const byte = bytes[from + i] ?? 0
    if (byte > 0x7f || byte !== text.charCodeAt(i)) return false
  }
  return true
}

function odd(expected: string, head: number): RqdError {
  return new RqdError('RQD_REDIS', `expected ${expected} in the reply of a script, found the byte ${head}`)
}
