import { closeSync, openSync, readSync } from 'node:fs'
import { parseMark, type Mark } from './marks.js'

/** Reads the marks as they are written. Begins only what a whole line ends. */
export class MarkFile {
  readonly path: string
  readonly marks: Mark[] = []
  /** Jobs that have ended at least once. */
  readonly ended = new Set<string>()
  /** Lines that are no marks: there should be none. */
  garbled = 0
  readonly #fd: number
  readonly #buffer = Buffer.alloc(256 * 1024)
  #offset = 0
  #rest = ''

  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'a+')
  }

  /** Take in what has been written since. */
  read(): void {
    for (;;) {
      const length = readSync(this.#fd, this.#buffer, 0, this.#buffer.length, this.#offset)
      if (length === 0) return
      this.#offset += length
      // Marks are ASCII: no character is ever cut in two.
      const lines = (this.#rest + this.#buffer.toString('latin1', 0, length)).split('\n')
      this.#rest = lines.pop() ?? ''
      for (const text of lines) this.#take(parseMark(text))
    }
  }

  close(): void {
    closeSync(this.#fd)
  }

  #take(mark: Mark | undefined): void {
    if (mark === undefined) this.garbled += 1
    else {
      this.marks.push(mark)
      if (mark.kind === 'end') this.ended.add(mark.jobId)
    }
  }
}
