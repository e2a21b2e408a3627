/**
 * The words on the lifeline (descriptor 4), which carries nothing but 32-bit big-endian numbers: the supervisor asks
 * with one, the number of the last job to give back; the executor answers with two, that number and the last job begun.
 * An answer of two zeros, to no question, says that questions will be answered: before it, no job is handed over ahead.
 */
const WORD_BYTES = 4

/** Ask for all jobs up to this number that are not begun. */
export function encodeRevoke(upToSeq: number): Buffer {
  return words(upToSeq)
}

/** Answer: of the jobs up to `upToSeq`, those behind `begunSeq` will never be begun. */
export function encodeRevoked(upToSeq: number, begunSeq: number): Buffer {
  return words(upToSeq, begunSeq)
}

function words(...numbers: number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * WORD_BYTES)
  numbers.forEach((number, i) => bytes.writeUInt32BE(number, i * WORD_BYTES))
  return bytes
}

/** Cuts a byte stream, in chunks of any size, into tuples of `size` numbers. */
export class RevokeDecoder {
  readonly #bytes: Buffer
  #filled = 0

  constructor(size: 1 | 2) {
    this.#bytes = Buffer.alloc(size * WORD_BYTES)
  }

  push(chunk: Buffer): number[][] {
    const tuples: number[][] = []
    for (let at = 0; at < chunk.length;) {
      const taken = chunk.copy(this.#bytes, this.#filled, at)
      at += taken
      this.#filled += taken
      if (this.#filled < this.#bytes.length) break
      this.#filled = 0
      tuples.push(
        Array.from({ length: this.#bytes.length / WORD_BYTES }, (_, i) => this.#bytes.readUInt32BE(i * WORD_BYTES)),
      )
    }
    return tuples
  }
}
