import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { HUB_ADDRESS, type Network } from './network.js'

/** The Redis in the middle of a network. We ourselves reach it by a socket, which no cable leads to. */
export class HubRedis {
  readonly client: Redis
  readonly #server: ChildProcess

  private constructor(client: Redis, server: ChildProcess) {
    this.client = client
    this.#server = server
  }

  /** Start one that keeps its socket in this folder. Resolves when it answers. */
  static async start(network: Network, folder: string): Promise<HubRedis> {
    const path = join(folder, 'redis.sock')
    const [program = '', ...prefix] = network.on()
    const where = ['--bind', HUB_ADDRESS, '--protected-mode', 'no', '--unixsocket', path, '--dir', folder]
    const server = spawn(program, [...prefix, 'redis-server', ...where, '--save', ''], {
      stdio: 'ignore',
      detached: true,
    })
    const client = new Redis({ path, maxRetriesPerRequest: null, retryStrategy: () => 25 })
    client.on('error', () => undefined)
    await client.ping()
    return new HubRedis(client, server)
  }

  /** At once, without waiting. */
  kill(): void {
    this.#server.kill('SIGKILL')
  }

  async end(): Promise<void> {
    this.client.disconnect()
    const ended = once(this.#server, 'exit')
    if (this.#server.kill('SIGKILL')) await ended
  }
}
