const MAX_BYTES = 8 * 1024
const MAX_LINES = 20

/** The last lines that an executor printed, in a few kilobytes, for the certificate of a job that does not end well. */
export class OutputTail {
  #chunks: Buffer[] = []
  #bytes = 0

  add(chunk: Uint8Array): void {
    const kept = Buffer.from(chunk.subarray(Math.max(0, chunk.length - MAX_BYTES)))
    this.#chunks.push(kept)
    this.#bytes += kept.length
    while (this.#chunks.length > 1 && this.#bytes - (this.#chunks[0]?.length ?? 0) >= MAX_BYTES) {
      this.#bytes -= this.#chunks.shift()?.length ?? 0
    }
  }

  /** Forget what was printed: another job begins. */
  clear(): void {
    this.#chunks = []
    this.#bytes = 0
  }

  lines(): string[] {
    const text = Buffer.concat(this.#chunks).toString('utf8').trimEnd()
    return text === '' ? [] : text.split(/\r?\n/).slice(-MAX_LINES)
  }
}
