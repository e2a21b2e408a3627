import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { identify, signalProcess, type ProcessId } from './processes.js'

const START_BOUND_MS = 20_000

/** A private Redis on a Unix socket, which can die and come back with its data. */
export class RedisServer {
  readonly socket: string
  readonly url: string
  /** Our own way in, past every proxy: waits and repeats by itself while Redis is away. */
  readonly client: Redis
  readonly #folder: string
  readonly #aof: boolean
  readonly #more: readonly string[]
  #child: ChildProcess | undefined

  /** @param more arguments of redis-server, which win over ours */
  constructor(folder: string, aof: boolean, more: readonly string[] = []) {
    this.#folder = folder
    this.#aof = aof
    this.#more = more
    this.socket = join(folder, 'redis.sock')
    this.url = `unix://${this.socket}`
    this.client = new Redis({
      path: this.socket,
      lazyConnect: true,
      maxRetriesPerRequest: null,
      retryStrategy: () => 25,
      // A server that is loading its file says so instead of answering.
      reconnectOnError: (error) => (error.message.startsWith('LOADING') ? 2 : false),
    })
    this.client.on('error', () => undefined)
  }

  get id(): ProcessId | undefined {
    const child = this.#child
    const isAlive = child?.pid !== undefined && child.exitCode === null && child.signalCode === null
    return isAlive ? identify(child.pid) : undefined
  }

  /** Start it and wait until it answers. @throws Error if it does not in time */
  async start(): Promise<void> {
    const args = ['--port', '0', '--unixsocket', this.socket, '--dir', this.#folder, '--save', '']
    const persistence = this.#aof ? ['--appendonly', 'yes', '--appendfsync', 'always'] : ['--appendonly', 'no']
    const log = ['--logfile', join(this.#folder, 'redis.log')]
    const child = spawn('redis-server', [...args, ...persistence, ...log, ...this.#more], {
      stdio: 'ignore',
      detached: true,
    })
    this.#child = child
    const failed = new Promise<never>((_, reject) => {
      const late = (): void => reject(new Error(`redis-server does not answer; see ${this.#folder}/redis.log`))
      setTimeout(late, START_BOUND_MS).unref()
      child.once('exit', () => reject(new Error(`redis-server ended at once; see ${this.#folder}/redis.log`)))
      child.once('error', (error) => reject(new Error(`redis-server cannot be started: ${error.message}`)))
    })
    failed.catch(() => undefined)
    await Promise.race([this.client.ping(), failed])
  }

  /** SIGKILL. Resolves when it is gone. */
  async kill(): Promise<void> {
    const { id } = this
    const child = this.#child
    if (id === undefined || child === undefined) return
    const gone = once(child, 'exit')
    signalProcess(id, 'SIGKILL')
    await gone
  }

  /** For good. */
  async end(): Promise<void> {
    this.client.disconnect()
    await this.kill()
  }

  /** For good, and without waiting. */
  killNow(): void {
    const { id } = this
    if (id !== undefined) signalProcess(id, 'SIGKILL')
  }
}
