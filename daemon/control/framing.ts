/** Largest message, bytes, without its newline. */
export const MAX_FRAME_BYTES = 1024 * 1024

/** One line of input: its text, or why it cannot be read. */
export type Frame =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'too-long'; readonly limit: number }
  | { readonly kind: 'not-utf8' }

const NEWLINE = 0x0a

/**
 * Cuts a stream of bytes into lines. Works on bytes, so a character that is split between chunks stays whole. Of a
 * line beyond the limit nothing is kept: it is reported once, as soon as it is known, and reading goes on after its end.
 */
export class LineSplitter {
  readonly #limit: number
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #parts: Uint8Array[] = []
  #length = 0
  #skipping = false

  constructor(limit: number = MAX_FRAME_BYTES) {
    this.#limit = limit
  }

  /** Take a chunk. @returns the lines that it completes, without empty ones. */
  push(chunk: Uint8Array): Frame[] {
    const frames: Frame[] = []
    let start = 0
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start)
      this.#keep(chunk.subarray(start, end === -1 ? chunk.length : end), frames)
      if (end === -1) return frames
      this.#finish(frames)
      start = end + 1
    }
  }

  /** The stream has ended. @returns its last line if that lacked a newline. */
  end(): Frame[] {
    const frames: Frame[] = []
    this.#finish(frames)
    return frames
  }

  #keep(part: Uint8Array, frames: Frame[]): void {
    if (this.#skipping || part.length === 0) return
    if (this.#length + part.length > this.#limit) {
      frames.push({ kind: 'too-long', limit: this.#limit })
      this.#clear()
      this.#skipping = true
      return
    }
    this.#parts.push(part)
    this.#length += part.length
  }

  #finish(frames: Frame[]): void {
    const { text, valid } = this.#decode()
    this.#clear()
    this.#skipping = false
    if (!valid) frames.push({ kind: 'not-utf8' })
    else if (text.trim() !== '') frames.push({ kind: 'line', text })
  }

  #decode(): { text: string; valid: boolean } {
    try {
      return { text: this.#decoder.decode(Buffer.concat(this.#parts, this.#length)), valid: true }
    } catch {
      return { text: '', valid: false }
    }
  }

  #clear(): void {
    this.#parts = []
    this.#length = 0
  }
}

/** A message as one line. JSON escapes newlines inside texts, so the only one is the last. */
export function encodeFrame(message: unknown): string {
  return `${JSON.stringify(message)}\n`
}
