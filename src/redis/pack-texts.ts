/** Writes MessagePack as the scripts read it. */
import type { ScriptArgument } from './script.js'

/** Bytes that are written as base64. */
export class Base64 {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** What may stand in a packed argument. Numbers are written as decimal text. */
export type PackedArgument = ScriptArgument | Base64

/**
 * Base64 is made in pieces of so many bytes, a multiple of three. The text of a large value at a time would be a large
 * object of its own, which costs ten times as much to make and to collect.
 */
const PIECE_BYTES = 24 * 1024

/** Texts up to this length are written byte by byte, which beats a call into C++ while they are ASCII. */
const SHORT = 40

/** A flat array of texts, numbers as decimal text, for `cmsgpack.unpack` in a script. */
export function packTexts(values: readonly PackedArgument[]): Buffer {
  const texts = values.map((value) => (typeof value === 'number' ? String(value) : value))
  let size = HEAD
  for (const text of texts) size += HEAD + roomFor(text)
  const out = Buffer.allocUnsafe(size)
  writeHead(out, 0, 0xdd, texts.length)
  let at = HEAD
  for (const text of texts) {
    const from = at + HEAD
    const length = write(out, from, text)
    writeHead(out, at, 0xdb, length)
    at = from + length
  }
  return out.subarray(0, at)
}

/** A head byte and a length of four bytes: longer than need be for most, but known before the text is written. */
const HEAD = 5

function writeHead(out: Buffer, at: number, head: number, length: number): void {
  out[at] = head
  out[at + 1] = length >>> 24
  out[at + 2] = length >>> 16
  out[at + 3] = length >>> 8
  out[at + 4] = length
}

function roomFor(text: string | Uint8Array | Base64): number {
  if (text instanceof Base64) return 4 * Math.ceil(text.bytes.length / 3)
  if (typeof text !== 'string') return text.length
  return text.length <= SHORT ? text.length * 3 : Buffer.byteLength(text)
}

function write(out: Buffer, at: number, text: string | Uint8Array | Base64): number {
  if (typeof text === 'string') return writeText(out, at, text)
  return text instanceof Base64 ? writeBase64(out, at, text.bytes) : writeBytes(out, at, text)
}

function writeText(out: Buffer, at: number, text: string): number {
  const { length } = text
  if (length > SHORT) return out.write(text, at)
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0x7f) return out.write(text, at)
    out[at + i] = code
  }
  return length
}

function writeBytes(out: Buffer, at: number, bytes: Uint8Array): number {
  out.set(bytes, at)
  return bytes.length
}

function writeBase64(out: Buffer, at: number, bytes: Uint8Array): number {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let to = at
  for (let from = 0; from < source.length; from += PIECE_BYTES) {
    to += out.write(source.toString('base64', from, from + PIECE_BYTES), to, 'latin1')
  }
  return to - at
}
