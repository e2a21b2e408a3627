import { Decoder, Encoder } from '@msgpack/msgpack'
import { RqdError } from '../../src/errors.js'
import { faultOfValue } from './check-value.js'

/** The largest frame that either side accepts, unless told otherwise. */
export const DEFAULT_MAX_FRAME_BYTES = 256 * 1024 * 1024

/** Bytes of the length in front of each frame's body: u32, big-endian. */
const HEADER_BYTES = 4

/** An encoder keeps its buffer: after a message of this size it is thrown away with it. */
const KEEP_ENCODER_BYTES = 1024 * 1024

// Far above any real message.
const decoder = new Decoder({ maxArrayLength: 1_000_000, maxMapLength: 10_000 })
let encoder = new Encoder()

/**
 * Encode one message as a frame: its length, then MessagePack, with `Uint8Array` as bin.
 * @throws RqdError RQD_PROTOCOL when the frame would be larger than `maxBytes`.
 */
export function encodeFrame(message: unknown, maxBytes = DEFAULT_MAX_FRAME_BYTES): Buffer {
  const body = encoder.encodeSharedRef(message)
  if (body.length > KEEP_ENCODER_BYTES) encoder = new Encoder()
  if (body.length > maxBytes) {
    throw new RqdError(
      'RQD_PROTOCOL',
      `a message of ${body.length} bytes does not fit a frame: the limit is ${maxBytes} bytes`,
    )
  }
  const frame = Buffer.allocUnsafe(HEADER_BYTES + body.length)
  frame.writeUInt32BE(body.length, 0)
  frame.set(body, HEADER_BYTES)
  return frame
}

/**
 * Cuts a byte stream, in chunks of any size, into messages. A frame that lies whole in a chunk is decoded in place;
 * one that spans chunks is gathered in a buffer of its own size, so that every byte is copied at most once.
 *
 * `push` never throws: the messages before a bad frame are still good. The first bad frame ends the decoder: it sets
 * `failure`, and whatever follows is dropped.
 */
export class FrameDecoder {
  /** RQD_PROTOCOL once a frame was too large or no MessagePack. */
  failure: RqdError | undefined

  readonly #maxBytes: number
  readonly #header = Buffer.alloc(HEADER_BYTES)
  #headerFilled = 0
  #body: Buffer | undefined
  #bodyFilled = 0

  constructor(maxBytes = DEFAULT_MAX_FRAME_BYTES) {
    this.#maxBytes = maxBytes
  }

  /** True if the stream, ended now, would be cut off in the middle of a frame. */
  get midFrame(): boolean {
    return this.#headerFilled > 0
  }

  /** Take the next bytes of the stream; returns the messages that they complete, in order. */
  push(chunk: Buffer): unknown[] {
    const messages: unknown[] = []
    let at = 0
    while (at < chunk.length && this.failure === undefined) {
      at =
        this.#body === undefined
          ? this.#takeFrame(chunk, at, messages)
          : this.#fillBody(this.#body, chunk, at, messages)
    }
    return messages
  }

  /** At a frame's start or inside its header. */
  #takeFrame(chunk: Buffer, start: number, messages: unknown[]): number {
    let at = start
    let length: number
    if (this.#headerFilled === 0 && chunk.length - at >= HEADER_BYTES) {
      length = chunk.readUInt32BE(at)
      at += HEADER_BYTES
    } else {
      const taken = chunk.copy(this.#header, this.#headerFilled, at, at + HEADER_BYTES - this.#headerFilled)
      this.#headerFilled += taken
      at += taken
      if (this.#headerFilled < HEADER_BYTES) return at
      length = this.#header.readUInt32BE(0)
    }
    if (length === 0 || length > this.#maxBytes) {
      this.#fail(`a frame announces ${length} bytes: expected 1 to ${this.#maxBytes}`)
      return chunk.length
    }
    if (chunk.length - at >= length) {
      this.#headerFilled = 0
      this.#decode(chunk.subarray(at, at + length), messages)
      return at + length
    }
    this.#headerFilled = HEADER_BYTES
    // Not zeroed: the memory is touched, and so really taken, only as bytes arrive.
    this.#body = Buffer.allocUnsafeSlow(length)
    this.#bodyFilled = 0
    return at
  }

  #fillBody(body: Buffer, chunk: Buffer, at: number, messages: unknown[]): number {
    const taken = chunk.copy(body, this.#bodyFilled, at, at + body.length - this.#bodyFilled)
    this.#bodyFilled += taken
    if (this.#bodyFilled === body.length) {
      this.#body = undefined
      this.#headerFilled = 0
      this.#decode(body, messages)
    }
    return at + taken
  }

  #decode(bytes: Buffer, messages: unknown[]): void {
    const fault = faultOfValue(bytes)
    if (fault !== undefined) {
      this.#fail(`a frame of ${bytes.length} bytes is no MessagePack value of a message: ${fault}`)
      return
    }
    try {
      messages.push(decoder.decode(bytes))
    } catch (thrown) {
      this.#fail(`a frame of ${bytes.length} bytes is no MessagePack value, or more than one`, thrown)
    }
  }

  #fail(message: string, cause?: unknown): void {
    this.failure = new RqdError('RQD_PROTOCOL', message, { cause })
    this.#body = undefined
    this.#headerFilled = 0
  }
}
