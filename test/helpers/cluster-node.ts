import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis, type RedisOptions } from 'ioredis'
import { freePort } from '../../chaos/free-port.js'
import { RedisProxy } from '../../chaos/proxy.js'

const HOST = '127.0.0.1'
/** Relays know by its address which node has connected. Those of others end lower. */
const LOWEST_ADDRESS = 101

interface NodeOptions {
  /** The arguments by which it listens to clients on a port. */
  readonly listen: (port: number) => string[]
  readonly tls: Pick<RedisOptions, 'tls'>
  readonly nodeTimeoutMs: number
}

/** A node of a cluster, and a client that speaks to it alone. With relays it can be cut off. */
export class TestNode {
  id = ''
  /** By which all others know it. */
  port = 0
  busPort = 0
  /** Our own way in, past the relays. */
  client = new Redis({ lazyConnect: true })
  /** Where its own connections come from. */
  readonly address: string
  readonly #folder: string
  readonly #relayed: boolean
  #relays: readonly RedisProxy[] = []
  #child: ChildProcess | undefined

  constructor(folder: string, index: number, relayed: boolean) {
    // What a replica is sent first is a file with one name.
    this.#folder = join(folder, String(index))
    this.#relayed = relayed
    this.address = relayed ? `127.0.0.${LOWEST_ADDRESS + index}` : HOST
  }

  /** Resolves when it answers. */
  async start({ listen, tls, nodeTimeoutMs }: NodeOptions): Promise<void> {
    const [port, bus] = [await freePort(), await freePort()]
    const [shown, shownBus] = this.#relayed ? [await this.#relay(port), await this.#relay(bus)] : [port, bus]
    await mkdir(this.#folder)
    const place = [...listen(port), '--cluster-port', String(bus), '--bind', HOST, '--dir', this.#folder]
    const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(nodeTimeoutMs)]
    const failOver = ['--cluster-require-full-coverage', 'no', '--cluster-replica-validity-factor', '0']
    const replication = ['--repl-diskless-sync-delay', '0', '--cluster-allow-replica-migration', 'no']
    const relayed = ['--cluster-announce-port', String(shown), '--cluster-announce-bus-port', String(shownBus)]
    const from = ['--bind-source-addr', this.address, '--cluster-announce-ip', HOST]
    const args = [...place, ...cluster, ...failOver, ...replication, ...(this.#relayed ? [...relayed, ...from] : [])]
    this.#child = spawn('redis-server', [...args, '--save', ''], { stdio: ['ignore', 'ignore', 'inherit'] })
    this.client = new Redis({ host: HOST, port, ...tls, maxRetriesPerRequest: null, retryStrategy: () => 25 })
    this.client.on('error', () => undefined)
    this.port = shown
    this.busPort = shownBus
    this.id = String(await this.client.call('CLUSTER', 'MYID'))
  }

  /** True for a master; false for a replica. */
  async isMaster(): Promise<boolean> {
    return (await this.client.info('replication')).includes('role:master')
  }

  /** True for a replica that is in step with its master. */
  async isFollowing(): Promise<boolean> {
    const info = await this.client.info('replication')
    return info.includes('role:slave') && info.includes('master_link_status:up')
  }

  /** Nothing of what comes to it comes through, or nothing from that node. */
  hide(from?: TestNode): void {
    for (const relay of this.#relays) relay.hide(from?.address)
  }

  reveal(): void {
    for (const relay of this.#relays) relay.reveal(true)
  }

  /** It answers nobody until it is thawed. */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** SIGKILL; resolves when its process is gone. */
  async kill(): Promise<void> {
    const child = this.#child
    if (child?.exitCode !== null || child.signalCode !== null) return
    const closed = once(child, 'close')
    child.kill('SIGKILL')
    await closed
  }

  async end(): Promise<void> {
    this.client.disconnect()
    for (const relay of this.#relays) relay.stop()
    await this.kill()
  }

  async #relay(port: number): Promise<number> {
    const relay = new RedisProxy({ host: HOST, port }, 0)
    this.#relays = [...this.#relays, relay]
    return Number(new URL(await relay.start()).port)
  }
}
