import { once } from 'node:events'
import { type NetConnectOpts, type Server, type Socket, connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const ANYWHERE = 'anywhere'

/**
 * Stands between a daemon and Redis, on a TCP port of its own: delays what they say, cuts their connections, or
 * swallows everything for a while without a word to either side, as a network does that has lost its way.
 */
export class RedisProxy {
  readonly #target: NetConnectOpts
  readonly #latencyMs: number
  readonly #links = new Set<Link>()
  readonly #server: Server
  /** Whose connections are swallowed. */
  #hole: string | undefined

  /** `target`: where Redis listens. `latencyMs`: each way. */
  constructor(target: NetConnectOpts, latencyMs: number) {
    this.#target = target
    this.#latencyMs = latencyMs
    // A peer that has hung up may still have something under way to the other side.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client))
  }

  /** @returns the URL under which Redis is reached through it */
  async start(): Promise<string> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `redis://127.0.0.1:${(this.#server.address() as AddressInfo).port}/0`
  }

  /** Cut every connection, both ways, whatever is under way. */
  cut(): void {
    for (const link of this.#links) link.destroy()
  }

  /**
   * Say nothing and take no notice for a while. Afterwards `late` delivers to Redis what was held, even if its sender
   * has given up and hung up, as kernels do; otherwise it is gone. Connections of that time do not survive.
   */
  async hole(lastsMs: number, late: boolean): Promise<void> {
    this.hide()
    await delay(lastsMs)
    this.reveal(late)
  }

  /** Begin a hole: for everybody, or for those who come from this address alone. */
  hide(from = ANYWHERE): void {
    this.#hole = from
    for (const link of this.#links) if (this.#swallows(link)) link.hold()
  }

  /** End it. */
  reveal(late: boolean): void {
    for (const link of this.#links) if (this.#swallows(link)) link.release(late)
    this.#hole = undefined
  }

  stop(): void {
    this.#server.close()
    this.cut()
  }

  #accept(client: Socket): void {
    const server = connect({ ...this.#target, allowHalfOpen: true }).setNoDelay()
    const link = new Link(client, server, this.#latencyMs)
    this.#links.add(link)
    link.onClose(() => this.#links.delete(link))
    if (this.#swallows(link)) link.hold()
  }

  #swallows({ from }: Link): boolean {
    return this.#hole === ANYWHERE || (this.#hole !== undefined && this.#hole === from)
  }
}

/** How long Redis has for what is delivered late. */
const LATE_MS = 100

/** One connection of a daemon and its continuation to Redis. */
class Link {
  /** The address of the one that has connected. */
  readonly from: string | undefined
  readonly #client: Socket
  readonly #server: Socket
  readonly #latencyMs: number
  #held: Buffer[] | undefined

  constructor(client: Socket, server: Socket, latencyMs: number) {
    this.from = client.remoteAddress
    this.#client = client
    this.#server = server
    this.#latencyMs = latencyMs
    client.on('data', (chunk: Buffer) => this.#forward(chunk, server))
    server.on('data', (chunk: Buffer) => this.#forward(chunk, client))
    for (const socket of [client, server]) {
      socket.on('error', () => this.#hungUp())
      socket.on('end', () => this.#hungUp())
      socket.on('close', () => this.#hungUp())
    }
  }

  onClose(listener: () => void): void {
    this.#server.once('close', listener)
  }

  hold(): void {
    this.#held ??= []
  }

  release(late: boolean): void {
    const held = this.#held ?? []
    if (late) for (const chunk of held) if (this.#server.writable) this.#server.write(chunk)
    this.#client.destroy()
    if (late) setTimeout(() => this.#server.destroy(), LATE_MS)
    else this.#server.destroy()
  }

  destroy(): void {
    this.#client.destroy()
    this.#server.destroy()
  }

  #forward(chunk: Buffer, to: Socket): void {
    if (this.#held !== undefined) {
      if (to === this.#server) this.#held.push(chunk)
      return
    }
    const write = (): void => {
      if (this.#held === undefined && to.writable) to.write(chunk)
    }
    if (this.#latencyMs === 0) write()
    else setTimeout(write, this.#latencyMs)
  }

  // In a hole nobody hears that the other side has gone.
  #hungUp(): void {
    if (this.#held === undefined) this.destroy()
  }
}
