import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'
import { Cable } from './cable.js'
import { findSlowBy, MARK, type SlowBy } from './probe.js'

const run = promisify(execFile)

/** Where `ip` shows the network namespaces that have a name. */
const NAMES = '/run/netns'
const SUBNET = '10.213.7'
/** Packets that netem keeps on their way; as many as cable.py does. */
const ROOM = 4_096

/** The address of the middle, where Redis listens. */
export const HUB_ADDRESS = `${SUBNET}.1`

let networks = 0

export interface NetworkOptions {
  /** Whether links are to be made slower: what they are made of depends on it. */
  readonly slow?: boolean
}

/** What makes the links of a network slower, or why nothing does. */
type Slowing = { readonly by: SlowBy } | { readonly lack: string }

/**
 * Hosts on a network of their own. A namespace in the middle holds a bridge, and each host is a namespace with one
 * cable to it, which can be cut and mended, and made slower. Nothing of it is seen from the machine's own network, so
 * that any number of them may exist at a time with the same addresses.
 */
export class Network {
  readonly hub: string
  readonly #hosts: readonly string[]
  readonly #slowing: Slowing
  /** Of each host, where cables are programs. */
  readonly #cables: Cable[] = []

  private constructor(hub: string, hosts: readonly string[], slowing: Slowing) {
    this.hub = hub
    this.#hosts = hosts
    this.#slowing = slowing
  }

  /** Make one with so many hosts, after removing what killed processes have left. @throws Error if `ip` refuses */
  static async make(hosts: number, { slow = false }: NetworkOptions = {}): Promise<Network> {
    await removeLeftovers()
    networks += 1
    const base = `${MARK}-${process.pid}-${networks}`
    const network = new Network(
      `${base}-hub`,
      Array.from({ length: hosts }, (_, i) => `${base}-${i + 1}`),
      slow ? findSlowBy() : { lack: 'this network was made without `slow`' },
    )
    try {
      await network.#build()
    } catch (thrown) {
      await network.remove()
      throw thrown
    }
    return network
  }

  /** What to put before a command so that it runs on a host; without a number, in the middle. */
  on(host?: number): string[] {
    return ['ip', 'netns', 'exec', host === undefined ? this.hub : this.#name(host)]
  }

  /** Nothing comes through any more, in either direction, and nobody is told. */
  async cut(host: number): Promise<void> {
    await run('ip', ['-n', this.hub, 'link', 'set', port(host), 'down'])
  }

  /** It comes through again. */
  async mend(host: number): Promise<void> {
    await run('ip', ['-n', this.hub, 'link', 'set', port(host), 'up'])
  }

  /** All that goes to the host or comes from it takes so much longer. @throws Error where nothing can do that */
  async delay(host: number, delayMs: number): Promise<void> {
    const name = this.#name(host)
    if ('lack' in this.#slowing) throw new Error(this.#slowing.lack)
    const cable = this.#cables[host]
    if (cable !== undefined) return cable.delay(delayMs)
    const ends = [
      [this.hub, port(host)],
      [name, 'eth0'],
    ] as const
    const netem = ['root', 'netem', 'delay', `${delayMs}ms`, 'limit', String(ROOM)]
    for (const [namespace, device] of ends) {
      await run('tc', ['-n', namespace, 'qdisc', 'replace', 'dev', device, ...netem])
    }
  }

  /** Take all of it away. Whatever still runs in it keeps a network that leads nowhere. */
  async remove(): Promise<void> {
    await Promise.all(this.#cables.map((cable) => cable.end()))
    for (const name of [...this.#hosts, this.hub]) await run('ip', ['netns', 'del', name]).catch(() => undefined)
  }

  async #build(): Promise<void> {
    const { hub } = this
    await run('ip', ['netns', 'add', hub])
    await run('ip', ['-n', hub, 'link', 'set', 'lo', 'up'])
    await run('ip', ['-n', hub, 'link', 'add', 'bridge0', 'type', 'bridge'])
    await run('ip', ['-n', hub, 'addr', 'add', `${HUB_ADDRESS}/24`, 'dev', 'bridge0'])
    await run('ip', ['-n', hub, 'link', 'set', 'bridge0', 'up'])
    for (const [i, name] of this.#hosts.entries()) {
      await run('ip', ['netns', 'add', name])
      await this.#connect(i, name)
      await run('ip', ['-n', hub, 'link', 'set', port(i), 'master', 'bridge0', 'up'])
      await run('ip', ['-n', name, 'addr', 'add', `${SUBNET}.${i + 2}/24`, 'dev', 'eth0'])
      await run('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
      await run('ip', ['-n', name, 'link', 'set', 'eth0', 'up'])
    }
  }

  async #connect(host: number, name: string): Promise<void> {
    const { hub } = this
    if ('by' in this.#slowing && this.#slowing.by === 'cable') {
      const far = `far${host}`
      this.#cables.push(await Cable.lay(hub, port(host), far))
      await run('ip', ['-n', hub, 'link', 'set', far, 'netns', name, 'name', 'eth0'])
      return
    }
    await run('ip', ['-n', hub, 'link', 'add', port(host), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name])
  }

  #name(host: number): string {
    const name = this.#hosts[host]
    if (name === undefined) throw new Error(`host ${host} is none of the ${this.#hosts.length} of this network`)
    return name
  }
}

/** The hub's end of a host's cable. */
function port(host: number): string {
  return `port${host}`
}

async function removeLeftovers(): Promise<void> {
  for (const name of listNames()) {
    const [, owner] = new RegExp(`^${MARK}-(\\d+)-`).exec(name) ?? []
    if (owner !== undefined && !isAlive(Number(owner))) await run('ip', ['netns', 'del', name]).catch(() => undefined)
  }
}

function listNames(): string[] {
  try {
    return readdirSync(NAMES)
  } catch {
    // Nobody has named one yet.
    return []
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
