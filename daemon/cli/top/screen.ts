import { emitKeypressEvents } from 'node:readline'
import { onExit } from 'signal-exit'
import type { Output } from '../output.js'

/** Where keys come from: the process's stdin on a terminal. */
export type Keyboard = Pick<NodeJS.ReadStream, 'isTTY' | 'setRawMode' | 'resume' | 'pause'> & NodeJS.ReadableStream

export interface ScreenListener {
  /** A key was pressed, named as by `readKey`. */
  key(name: string): void
  resized(): void
  /** The terminal is gone. */
  closed(): void
}

// The alternate screen, no cursor, and no line that wraps: one that is too long is cut by the terminal.
const OPEN = '\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J'
const CLOSE = '\x1b[?7h\x1b[?25h\x1b[?1049l'

/** A whole terminal, from `open` to `close`: raw keys in, screens of lines out. It is given back however we end. */
export class Screen {
  readonly #stdin: Keyboard
  readonly #stdout: Output
  readonly #listener: ScreenListener
  readonly #onKey = (text: string | undefined, key: Key): void => this.#listener.key(readKey(text, key))
  readonly #onResize = (): void => this.#listener.resized()
  readonly #onClosed = (): void => this.#listener.closed()
  #forget: (() => void) | undefined

  constructor(stdin: Keyboard, stdout: Output, listener: ScreenListener) {
    this.#stdin = stdin
    this.#stdout = stdout
    this.#listener = listener
  }

  open(): void {
    // Signals, errors that nobody catches, process.exit.
    this.#forget = onExit(() => this.#restore())
    this.#stdout.write(OPEN)
    this.#stdout.on('resize', this.#onResize)
    this.#stdout.on('error', this.#onClosed)
    emitKeypressEvents(this.#stdin)
    this.#stdin.setRawMode(true)
    this.#stdin.on('keypress', this.#onKey)
    this.#stdin.on('end', this.#onClosed)
    this.#stdin.on('error', this.#onClosed)
    this.#stdin.resume()
  }

  get size(): { columns: number; rows: number } {
    const { columns, rows } = this.#stdout
    // A terminal that does not know its size says 0.
    return { columns: positive(columns) ?? 80, rows: positive(rows) ?? 24 }
  }

  /** Show these lines. A terminal that is too slow for the one before misses this screen. */
  draw(lines: readonly string[]): void {
    if (this.#forget === undefined || ('writableNeedDrain' in this.#stdout && this.#stdout.writableNeedDrain === true))
      return
    // Cleared beforehand: the cursor stays on the last character of a line that is full.
    this.#stdout.write(`\x1b[H${lines.map((line) => `\x1b[2K${line}`).join('\r\n')}`)
  }

  close(): void {
    if (this.#forget === undefined) return
    this.#forget()
    this.#forget = undefined
    this.#stdin.removeListener('keypress', this.#onKey)
    this.#stdin.removeListener('end', this.#onClosed)
    this.#stdin.pause()
    this.#stdout.removeListener('resize', this.#onResize)
    this.#restore()
  }

  #restore(): void {
    try {
      this.#stdin.setRawMode(false)
      this.#stdout.write(CLOSE)
    } catch {
      // The terminal is gone.
    }
  }
}

interface Key {
  readonly name?: string | undefined
  readonly ctrl?: boolean
}

/** `ctrl-c`, `up`, `space`, or the character. */
export function readKey(text: string | undefined, { name = '', ctrl = false }: Key): string {
  if (ctrl) return `ctrl-${name}`
  return name.length > 1 ? name : (text ?? name)
}

function positive(number: number | undefined): number | undefined {
  return number !== undefined && number > 0 ? number : undefined
}
