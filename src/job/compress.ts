/** zlib as RQ uses it for `data`, `exc_info` and `exc_string`. */
import { constants, deflateSync, inflateSync } from 'node:zlib'
import { PayloadError } from '../errors.js'

/** Largest inflated payload that is accepted if the caller does not say otherwise: 512 MiB. */
export const defaultMaxBytes = 512 * 1024 * 1024

/** Payloads up to this size are stored, not compressed: nothing to win, and ten times as fast. */
const storedUpTo = 200

/**
 * Inflate what is zlib (RFC 1950), and give anything else as it is, as RQ does.
 * @throws PayloadError if more than `maxBytes` would come out
 */
export function inflate(bytes: Uint8Array, maxBytes = defaultMaxBytes): Uint8Array {
  if (!looksZlib(bytes)) return bounded(bytes, maxBytes)
  const stored = storedContent(bytes)
  if (stored !== undefined) return bounded(stored, maxBytes)
  try {
    return inflateSync(bytes, { maxOutputLength: Math.max(maxBytes, 1), chunkSize: chunkSizeFor(bytes.length) })
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(maxBytes, cause)
    return bounded(bytes, maxBytes)
  }
}

/** zlib bytes that RQ inflates. */
export function deflate(bytes: Uint8Array): Uint8Array {
  return bytes.length <= storedUpTo ? store(bytes) : deflateSync(bytes, { level: constants.Z_DEFAULT_COMPRESSION })
}

function bounded(bytes: Uint8Array, maxBytes: number): Uint8Array {
  if (bytes.length > maxBytes) throw tooLarge(maxBytes)
  return bytes
}

function tooLarge(maxBytes: number, cause?: unknown): PayloadError {
  return new PayloadError(`the payload is larger than the ${maxBytes} bytes allowed`, { cause })
}

/** Method 8 in the first byte, and the first two together a multiple of 31. */
function looksZlib(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes
  return (first & 0x8f) === 0x08 && bytes.length > 2 && (first * 256 + second) % 31 === 0
}

function chunkSizeFor(length: number): number {
  return Math.min(Math.max(length * 4, 512), 64 * 1024)
}

/** One final stored block (RFC 1951, 3.2.4) between zlib header and checksum. */
function store(bytes: Uint8Array): Buffer {
  const { length } = bytes
  const out = Buffer.allocUnsafe(length + 11)
  out.set([0x78, 0x01, 0x01])
  out.writeUInt16LE(length, 3)
  out.writeUInt16LE(~length & 0xffff, 5)
  out.set(bytes, 7)
  out.writeUInt32BE(adler32(bytes), length + 7)
  return out
}

/** What `store` has stored, or undefined if the bytes are other zlib. */
function storedContent(bytes: Uint8Array): Uint8Array | undefined {
  const length = bytes.length - 11
  if (bytes[2] !== 0x01 || length < 0 || length > storedUpTo) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint16(3, true) !== length || view.getUint16(5, true) !== (~length & 0xffff)) return undefined
  const content = bytes.subarray(7, 7 + length)
  return view.getUint32(length + 7) === adler32(content) ? content : undefined
}

function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  // At most `storedUpTo` bytes: the sums cannot overflow before the remainders are taken.
  for (const byte of bytes) {
    a += byte
    b += a
  }
  return (b % 65_521) * 65_536 + (a % 65_521)
}
