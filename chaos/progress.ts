/** Where a run is. */
export interface Step {
  readonly done: number
  readonly jobs: number
  readonly strikes: number
  readonly kills: number
  readonly restarts: number
  readonly phase: 'running' | 'settling' | 'verifying'
}

/** A line that is written over and over on a terminal; elsewhere a new one every few seconds. */
export class Progress {
  readonly #output: NodeJS.WritableStream & { isTTY?: boolean | undefined }
  readonly #startedMs: number
  #shown = ''
  #shownMs = -Infinity

  constructor(output: NodeJS.WritableStream & { isTTY?: boolean | undefined }, nowMs: number) {
    this.#output = output
    this.#startedMs = nowMs
  }

  show(step: Step, nowMs: number): void {
    const isTerminal = this.#output.isTTY === true
    const text = describeStep(step)
    if (text === this.#shown || nowMs - this.#shownMs < (isTerminal ? 200 : 5_000)) return
    this.#shown = text
    this.#shownMs = nowMs
    const line = `${((nowMs - this.#startedMs) / 1000).toFixed(1).padStart(6)} s  ${text}`
    this.#output.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`)
  }

  end(): void {
    if (this.#output.isTTY === true && this.#shown !== '') this.#output.write('\r\x1b[K')
  }
}

export function describeStep({ done, jobs, strikes, kills, restarts, phase }: Step): string {
  const width = String(jobs).length
  return `${phase}: ${String(done).padStart(width)}/${jobs} jobs, ${strikes}/${kills} strikes, ${restarts} restarts`
}
