/** Reading a pickle's bytes: every length is checked against what is left before anything is made. */
import { isUtf8 } from 'node:buffer'
import { PayloadError } from '../../errors.js'
import { decodeWtf8 } from '../wtf8.js'

/** Up to this length reading characters one by one is faster than a call into the runtime. */
const shortText = 16

const asciiCharacters = Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code))

/** A position in a pickle. All methods throw PayloadError at the end of the bytes. */
export class Cursor {
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get length(): number {
    return this.#bytes.length
  }

  get at(): number {
    return this.#at
  }

  u8(): number {
    const value = this.#bytes[this.#at++]
    if (value === undefined) throw new PayloadError(`bad pickle: it ends at byte ${this.length} without STOP`)
    return value
  }

  u16(): number {
    return this.#bytes.readUInt16LE(this.#skip(2))
  }

  u32(): number {
    return this.#bytes.readUInt32LE(this.#skip(4))
  }

  i32(): number {
    return this.#bytes.readInt32LE(this.#skip(4))
  }

  /** A length of 8 bytes. */
  u64(): number {
    const low = this.u32()
    return this.u32() * 0x1_0000_0000 + low
  }

  f64(): number {
    return this.#bytes.readDoubleBE(this.#skip(8))
  }

  /** A copy of the next `length` bytes. */
  copy(length: number): Buffer {
    const start = this.#skip(length)
    return Buffer.from(this.#bytes.subarray(start, start + length))
  }

  /** Step over a frame header's announcement. */
  checkLeft(length: number): void {
    if (length > this.length - this.#at) this.#tooShort(length)
  }

  /** Text of the next `length` bytes: UTF-8, lone surrogates allowed. */
  text(length: number): string {
    const start = this.#skip(length)
    const end = start + length
    if (length <= shortText) {
      const ascii = this.#ascii(start, end)
      if (ascii !== undefined) return ascii
    }
    const text = this.#bytes.toString('utf8', start, end)
    if (!text.includes('\ufffd')) return text
    const bytes = this.#bytes.subarray(start, end)
    const exact = isUtf8(bytes) ? text : decodeWtf8(bytes)
    if (exact === undefined) throw new PayloadError(`bad pickle: the text at byte ${start} is not UTF-8`)
    return exact
  }

  /** Text up to the next line feed, which is skipped. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#at)
    if (end < 0) throw new PayloadError(`bad pickle: the line at byte ${this.#at} has no end`)
    const line = this.text(end - this.#at)
    this.#at++
    return line
  }

  /** Two's complement, little-endian: a number if it is safe, else a BigInt. */
  long(length: number): number | bigint {
    if (length > 1_000_000) throw new PayloadError(`bad pickle: an integer of ${length} bytes at byte ${this.#at}`)
    const start = this.#skip(length)
    if (length === 0) return 0
    if (length <= 6) return this.#bytes.readIntLE(start, length)
    const digits = Buffer.from(this.#bytes.subarray(start, start + length)).reverse()
    const value = BigInt.asIntN(length * 8, BigInt(`0x${digits.toString('hex')}`))
    const asNumber = Number(value)
    return Number.isSafeInteger(asNumber) ? asNumber : value
  }

  /** Undefined unless all are ASCII. */
  #ascii(start: number, end: number): string | undefined {
    const bytes = this.#bytes
    let text = ''
    for (let i = start; i < end; i++) {
      const byte = bytes[i] ?? 0x80
      if (byte > 0x7f) return undefined
      text += asciiCharacters[byte] ?? ''
    }
    return text
  }

  #skip(length: number): number {
    const start = this.#at
    if (length < 0 || length > this.length - start) this.#tooShort(length)
    this.#at = start + length
    return start
  }

  #tooShort(length: number): never {
    const left = Math.max(this.length - this.#at, 0)
    throw new PayloadError(`bad pickle: at byte ${this.#at} ${length} bytes are announced, ${left} are left`)
  }
}
