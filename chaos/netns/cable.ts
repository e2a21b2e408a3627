import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { findRoot } from '../fleet.js'

/** The system's own: whatever else is called Python may need an environment that namespaces do not have. */
export const PYTHON = '/usr/bin/python3'

/** A cable that can be as slow as one likes: two TAP devices, and cable.py between them. */
export class Cable {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #closed: Promise<void>
  #lastWords = ''

  private constructor(child: ChildProcess, lines: AsyncIterator<string>) {
    this.#child = child
    this.#lines = lines
    this.#closed = new Promise((resolve) => child.once('close', () => resolve()))
    child.once('error', (error) => (this.#lastWords += error.message))
    child.stdin?.on('error', () => undefined)
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#lastWords += text))
  }

  /**
   * Make both devices in this namespace. Either may be moved to another one.
   * @throws Error with what the program says, if it cannot
   */
  static async lay(namespace: string, near: string, far: string): Promise<Cable> {
    const program = join(findRoot(import.meta.dirname), 'chaos/netns/cable.py')
    // Detached: an interrupt from the terminal must not end it before what it connects. It ends with its input.
    const child = spawn('ip', ['netns', 'exec', namespace, PYTHON, program, near, far], { detached: true })
    const lines = createInterface({ input: child.stdout })
    const cable = new Cable(child, lines[Symbol.asyncIterator]())
    await cable.#expect('ready')
    return cable
  }

  /** From now on, all that goes through takes so much longer. @throws Error if the program has ended */
  async delay(delayMs: number): Promise<void> {
    const order = `delay ${delayMs}`
    this.#child.stdin?.write(`${order}\n`)
    await this.#expect(order)
  }

  /** Both devices are gone then. */
  async end(): Promise<void> {
    this.#child.stdin?.end()
    await this.#closed
  }

  async #expect(answer: string): Promise<void> {
    const { value, done } = (await this.#lines.next()) as IteratorResult<string, undefined>
    if (value === answer) return
    this.#child.stdin?.end()
    if (done === true) await this.#closed
    throw new Error(`a cable did not answer ${JSON.stringify(answer)}: ${value ?? this.#lastWords.trim()}`)
  }
}
