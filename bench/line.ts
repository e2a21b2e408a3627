type Output = NodeJS.WritableStream & { isTTY?: boolean | undefined }

/** One line that tells where we are: written over on a terminal, elsewhere a new one each time. */
export class StatusLine {
  readonly #output: Output
  readonly #startedMs = performance.now()

  constructor(output: Output) {
    this.#output = output
  }

  readonly show = (text: string): void => {
    const seconds = ((performance.now() - this.#startedMs) / 1000).toFixed(0).padStart(5)
    this.#output.write(this.#output.isTTY === true ? `\r\x1b[K${seconds} s  ${text}` : `${seconds} s  ${text}\n`)
  }

  clear(): void {
    if (this.#output.isTTY === true) this.#output.write('\r\x1b[K')
  }
}
