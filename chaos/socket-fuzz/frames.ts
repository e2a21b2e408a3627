import type { SeededRandom } from '../random.js'

/** What a frame is made of, with how often it comes. */
const weights = {
  valid: 20,
  batch: 6,
  notification: 8,
  'wrong params': 14,
  'wrong envelope': 14,
  truncated: 14,
  flipped: 12,
  binary: 8,
  blank: 4,
  'deep nesting': 0.3,
  'many values': 0.05,
  'long line': 0.05,
  'large batch': 0.3,
} as const

export type FrameKind = keyof typeof weights
export const frameKinds = Object.keys(weights) as FrameKind[]

export interface FuzzFrame {
  readonly kind: FrameKind
  readonly bytes: Buffer
}

/** Methods whose proper use would end or replace what is tested. */
const unsafe = /^(shutdown|drain|reload|scale|restart)/

/** Makes frames from chance: the same ones for the same seed and methods. */
export class FrameMaker {
  readonly #random: SeededRandom
  readonly #methods: readonly string[]
  readonly #total = Object.values(weights).reduce((sum, weight) => sum + weight, 0)
  #id = 0

  constructor(random: SeededRandom, methods: readonly string[]) {
    this.#random = random
    this.#methods = methods.filter((name) => !unsafe.test(name))
  }

  next(): FuzzFrame {
    const kind = this.#kind()
    const body = this.#body(kind)
    const end = this.#random.unit() < 0.05 ? '\r\n' : '\n'
    return { kind, bytes: Buffer.concat([typeof body === 'string' ? Buffer.from(body) : body, Buffer.from(end)]) }
  }

  #kind(): FrameKind {
    let left = this.#random.unit() * this.#total
    for (const kind of frameKinds) {
      left -= weights[kind]
      if (left < 0) return kind
    }
    return 'valid'
  }

  #body(kind: FrameKind): string | Buffer {
    switch (kind) {
      case 'valid':
        return JSON.stringify(this.#request())
      case 'batch': {
        const items = Array.from({ length: this.#random.between(0, 8) }, () => this.#batchItem())
        return JSON.stringify(items)
      }
      case 'notification':
        return JSON.stringify({ ...this.#request(), id: undefined })
      case 'wrong params':
        return JSON.stringify({ ...this.#request(), params: this.#value(3) })
      case 'wrong envelope':
        return JSON.stringify(this.#spoilt())
      case 'truncated': {
        const text = JSON.stringify(this.#request())
        return text.slice(0, this.#random.between(0, text.length - 1))
      }
      case 'flipped':
        return this.#flipped(Buffer.from(JSON.stringify(this.#request())))
      case 'binary':
        return Buffer.from(Array.from({ length: this.#random.between(1, 200) }, () => this.#random.between(0, 255)))
      case 'blank':
        return ' \t'.repeat(this.#random.between(0, 20))
      case 'deep nesting': {
        const depth = this.#random.between(1_000, 50_000)
        const nested = this.#random.unit() < 0.2 ? '['.repeat(depth) : '['.repeat(depth) + ']'.repeat(depth)
        return this.#random.unit() < 0.5
          ? nested
          : `{"jsonrpc":"2.0","id":1,"method":"pause","params":{"queues":${nested}}}`
      }
      case 'many values': {
        const values = '1,'.repeat(this.#random.between(1_000, 400_000))
        return `{"jsonrpc":"2.0","id":1,"method":"pause","params":{"queues":[${values}1]}}`
      }
      case 'long line':
        return Buffer.alloc(this.#random.between(1_000_000, 3_000_000), 'x')
      case 'large batch':
        return JSON.stringify(Array.from({ length: this.#random.between(90, 110) }, () => this.#batchItem()))
    }
  }

  #request(): Record<string, unknown> {
    const method = this.#pick(this.#methods)
    const id = this.#random.unit() < 0.1 ? `id ${this.#id}` : ++this.#id
    // A listing is long: it comes, and seldom.
    if (method === 'rpc.discover' && this.#random.unit() < 0.95) return { jsonrpc: '2.0', id, method: 'ping' }
    return { jsonrpc: '2.0', id, method, ...(this.#random.unit() < 0.5 ? {} : { params: {} }) }
  }

  #batchItem(): unknown {
    return this.#random.unit() < 0.7 ? this.#request() : this.#value(2)
  }

  #spoilt(): unknown {
    const request = this.#request()
    const names = ['jsonrpc', 'id', 'method', 'params', 'result', 'error', '__proto__', 'constructor', '']
    // JSON.parse makes an own field of __proto__, as a caller's text does.
    const field = JSON.stringify(this.#pick(names))
    const rest = JSON.stringify(request).slice(1)
    return this.#random.unit() < 0.2
      ? this.#value(3)
      : (JSON.parse(`{${field}:${JSON.stringify(this.#value(2))},${rest}`) as unknown)
  }

  #flipped(bytes: Buffer): Buffer {
    for (let flips = this.#random.between(1, 4); flips > 0; flips--) {
      const at = this.#random.between(0, bytes.length - 1)
      const to = this.#random.between(0, 255)
      // A newline would make two frames of one.
      bytes[at] = to === 0x0a ? 0x20 : to
    }
    return bytes
  }

  #value(depth: number): unknown {
    const plain = [
      null,
      true,
      0,
      -1,
      1e308,
      0.1,
      '',
      'x',
      '\u0000',
      '\ud800',
      'ä'.repeat(50),
      2 ** 53,
      'low',
      'default',
    ]
    if (depth === 0 || this.#random.unit() < 0.5) return this.#pick(plain)
    const values = Array.from({ length: this.#random.between(0, 4) }, () => this.#value(depth - 1))
    if (this.#random.unit() < 0.5) return values
    const names = ['queues', 'jobId', 'types', 'from', 'now', 'x', '__proto__', 'client']
    return Object.fromEntries(values.map((value) => [this.#pick(names), value]))
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#random.between(0, items.length - 1)]
    if (item === undefined) throw new Error('there is nothing to choose from')
    return item
  }
}
