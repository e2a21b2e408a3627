import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { RedisProxy } from '../proxy.js'

/** One Redis of the set. Everybody else, the sentinels and the other servers too, reaches it through a proxy. */
export class SentinelNode {
  readonly name: string
  /** Our own way in, past the proxy. */
  readonly client: Redis
  readonly #folder: string
  readonly #proxy: RedisProxy
  readonly #socket: string
  #port = 0
  #child: ChildProcess | undefined

  constructor(folder: string, name: string) {
    this.name = name
    this.#folder = join(folder, name)
    this.#socket = join(this.#folder, 'redis.sock')
    this.#proxy = new RedisProxy({ path: this.#socket }, 0)
    this.client = new Redis({
      path: this.#socket,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: () => 50,
    })
    this.client.on('error', () => undefined)
  }

  /** The port of its proxy, by which all others know it. */
  get port(): number {
    return this.#port
  }

  /** Begin to listen. */
  async open(): Promise<void> {
    await mkdir(this.#folder)
    this.#port = Number(new URL(await this.#proxy.start()).port)
  }

  /** Start it as the replica of another, or as a master; resolves when it answers. */
  async start(master: SentinelNode | undefined): Promise<void> {
    const announced = ['--replica-announce-ip', '127.0.0.1', '--replica-announce-port', String(this.#port)]
    const follows = master === undefined ? [] : ['--replicaof', `127.0.0.1 ${master.port}`]
    const replication = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1', '--repl-timeout', '5']
    const place = ['--port', '0', '--unixsocket', this.#socket, '--dir', this.#folder, '--save', '']
    const log = ['--logfile', join(this.#folder, 'redis.log')]
    this.#child = spawn('redis-server', [...place, ...announced, ...replication, ...log, ...follows], {
      stdio: 'ignore',
      detached: true,
    })
    await this.client.ping()
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child?.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGCONT')
    child.kill('SIGKILL')
    await gone
  }

  /** Cut it off: packets vanish, nobody is told. */
  hide(): void {
    this.#proxy.hide()
  }

  reveal(): void {
    this.#proxy.reveal(false)
  }

  async end(): Promise<void> {
    this.client.disconnect()
    this.#proxy.stop()
    await this.kill()
  }
}
