import { once } from 'node:events'
import { type Socket, connect } from 'node:net'

/** How long a daemon may take for an answer before it counts as hanging. */
const ANSWER_BOUND_MS = 60_000

/** What came back. */
export interface Tally {
  replies: number
  events: number
  /** By `code name`. */
  readonly faults: Map<string, number>
  /** What no daemon may send, at most ten. */
  readonly wrong: string[]
}

export function newTally(): Tally {
  return { replies: 0, events: 0, faults: new Map(), wrong: [] }
}

/** One connection that sends frames as fast as the daemon reads them, and looks at what comes back. */
export class FuzzCaller {
  readonly #socket: Socket
  readonly #tally: Tally
  readonly #waiting = new Map<string, () => void>()
  #rest = Buffer.alloc(0)

  private constructor(socket: Socket, tally: Tally) {
    this.#socket = socket
    this.#tally = tally
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', () => undefined)
  }

  static async open(path: string, tally: Tally): Promise<FuzzCaller> {
    const socket = connect({ path, allowHalfOpen: true })
    await once(socket, 'connect')
    return new FuzzCaller(socket, tally)
  }

  /** Resolves when there is room for another frame. */
  async send(bytes: Uint8Array): Promise<void> {
    if (!this.#socket.write(bytes)) await once(this.#socket, 'drain')
  }

  /** Everything sent before has been read when this resolves. @throws Error if the daemon does not answer in time */
  async sync(mark: string): Promise<void> {
    const answered = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`the daemon did not answer ${mark} in time`)), ANSWER_BOUND_MS)
      this.#waiting.set(mark, () => {
        clearTimeout(late)
        resolve()
      })
    })
    await this.send(Buffer.from(`\n${JSON.stringify({ jsonrpc: '2.0', id: mark, method: 'ping' })}\n`))
    await answered
  }

  /** Read nothing while `during` runs. */
  async deafly(during: () => Promise<void>): Promise<void> {
    this.#socket.pause()
    await during()
    this.#socket.resume()
  }

  /** Leave: `politely`, by ending this side and reading to the end, or at once. */
  async leave(politely: boolean): Promise<void> {
    if (politely) {
      const closed = once(this.#socket, 'end')
      this.#socket.end()
      await closed
    }
    this.#socket.destroy()
  }

  #take(chunk: Buffer): void {
    let from = 0
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, from)) {
      this.#line(Buffer.concat([this.#rest, chunk.subarray(from, at)]).toString())
      this.#rest = Buffer.alloc(0)
      from = at + 1
    }
    this.#rest = Buffer.concat([this.#rest, chunk.subarray(from)])
  }

  #line(line: string): void {
    let message: unknown
    try {
      message = JSON.parse(line)
    } catch {
      this.#complain(`no JSON: ${line.slice(0, 200)}`)
      return
    }
    for (const each of [message].flat() as Record<string, unknown>[]) this.#message(each)
  }

  #message(message: Record<string, unknown>): void {
    if (message['method'] === 'event') {
      this.#tally.events += 1
      return
    }
    this.#tally.replies += 1
    const { id, error, jsonrpc } = message as { id?: unknown; jsonrpc?: unknown; error?: Record<string, unknown> }
    if (jsonrpc !== '2.0' || id === undefined) this.#complain(JSON.stringify(message).slice(0, 200))
    if (typeof id === 'string') this.#waiting.get(id)?.()
    if (error === undefined) return
    const { code, message: text, data } = error as { code?: unknown; message?: unknown; data?: { code?: string } }
    const name = `${String(code)} ${data?.code ?? ''}`.trim()
    this.#tally.faults.set(name, (this.#tally.faults.get(name) ?? 0) + 1)
    const isNamed = typeof code === 'number' && typeof text === 'string' && text !== '' && data?.code !== undefined
    if (!isNamed) this.#complain(JSON.stringify(error).slice(0, 300))
  }

  #complain(what: string): void {
    if (this.#tally.wrong.length < 10) this.#tally.wrong.push(what)
  }
}
