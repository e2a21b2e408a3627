/** The growing bytes of a pickle that is being written. */
import { UnrepresentableError } from '../../errors.js'
import { maxOutputBytes } from '../limits.js'
import { encodeWtf8, hasLoneSurrogate } from '../wtf8.js'

/** Up to here a text's room is reserved by the worst case of three bytes a character, without measuring it. */
const shortText = 10_000

export class ByteSink {
  #bytes = Buffer.allocUnsafe(512)
  #length = 0

  /** All that was written. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  u8(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** Overwrite one byte. */
  patch(at: number, value: number): void {
    this.#bytes[at] = value
  }

  /** An opcode with an argument of one byte. */
  op8(op: number, value: number): void {
    this.#reserve(2)
    this.#bytes[this.#length++] = op
    this.#bytes[this.#length++] = value
  }

  op16(op: number, value: number): void {
    this.u8(op)
    this.#reserve(2)
    this.#length = this.#bytes.writeUInt16LE(value, this.#length)
  }

  op32(op: number, value: number): void {
    this.u8(op)
    this.#reserve(4)
    this.#length = this.#bytes.writeUInt32LE(value >>> 0, this.#length)
  }

  opFloat(op: number, value: number): void {
    this.u8(op)
    this.#reserve(8)
    this.#length = this.#bytes.writeDoubleBE(value, this.#length)
  }

  /** An opcode, a length of four bytes, bytes. */
  opBytes(op: number, bytes: Uint8Array): void {
    this.op32(op, bytes.length)
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** An opcode, a length of four bytes, text in UTF-8 (lone surrogates kept). */
  opText(op: number, text: string): void {
    if (hasLoneSurrogate(text)) {
      this.opBytes(op, encodeWtf8(text))
      return
    }
    this.#reserve(5 + (text.length > shortText ? Buffer.byteLength(text) : text.length * 3))
    const at = this.#length
    const size = this.#bytes.write(text, at + 5)
    this.#bytes[at] = op
    this.#bytes.writeUInt32LE(size, at + 1)
    this.#length = at + 5 + size
  }

  /** ASCII as it is. */
  ascii(text: string): void {
    this.#reserve(text.length)
    this.#length += this.#bytes.write(text, this.#length, 'latin1')
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#bytes.length) return
    if (needed > maxOutputBytes) throw new UnrepresentableError(`pickle: more than ${maxOutputBytes} bytes`)
    const bytes = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(bytes, 0, 0, this.#length)
    this.#bytes = bytes
  }
}
