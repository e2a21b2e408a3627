import { execFile, spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Where `ip` shows the network namespaces that have a name. */
const NAMES = '/run/netns'
const MARK = 'rqdnet'
const SUBNET = '10.213.7'

/** The address of the middle, where Redis listens. */
export const HUB_ADDRESS = `${SUBNET}.1`

let networks = 0

/** Why there can be no networks of one's own here; undefined where there can. Asked by making a namespace. */
export function withoutNetworks(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root'
  const name = `${MARK}-${process.pid}-probe`
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' })
  if (made.error !== undefined) return 'network namespaces need the program ip (Debian’s package iproute2)'
  const linked = spawnSync('ip', ['-n', name, 'link', 'add', 'probe0', 'type', 'bridge'], { encoding: 'utf8' })
  spawnSync('ip', ['netns', 'del', name])
  if (made.status !== 0) return `ip netns does not work here: ${made.stderr.trim()}`
  return linked.status === 0 ? undefined : `bridges cannot be made here: ${linked.stderr.trim()}`
}

/**
 * Hosts on a network of their own. A namespace in the middle holds a bridge, and each host is a namespace with one
 * cable to it, which can be cut and mended, and slowed down where the kernel has netem. Nothing of it is seen from the
 * machine's own network, so that any number of them may exist at a time with the same addresses.
 */
export class Network {
  readonly hub: string
  readonly #hosts: readonly string[]

  private constructor(hub: string, hosts: readonly string[]) {
    this.hub = hub
    this.#hosts = hosts
  }

  /** Make one with so many hosts, after removing what killed processes have left. @throws Error if `ip` refuses */
  static async make(hosts: number): Promise<Network> {
    await removeLeftovers()
    networks += 1
    const base = `${MARK}-${process.pid}-${networks}`
    const network = new Network(
      `${base}-hub`,
      Array.from({ length: hosts }, (_, i) => `${base}-${i + 1}`),
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

  /** All that goes to the host takes so much longer. @throws Error where the kernel has no netem */
  async delay(host: number, delayMs: number): Promise<void> {
    await run('tc', ['-n', this.hub, 'qdisc', 'replace', 'dev', port(host), 'root', 'netem', 'delay', `${delayMs}ms`])
  }

  /** Take all of it away. Whatever still runs in it keeps a network that leads nowhere. */
  async remove(): Promise<void> {
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
      const cable = ['link', 'add', port(i), 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name]
      await run('ip', ['-n', hub, ...cable])
      await run('ip', ['-n', hub, 'link', 'set', port(i), 'master', 'bridge0', 'up'])
      await run('ip', ['-n', name, 'addr', 'add', `${SUBNET}.${i + 2}/24`, 'dev', 'eth0'])
      await run('ip', ['-n', name, 'link', 'set', 'lo', 'up'])
      await run('ip', ['-n', name, 'link', 'set', 'eth0', 'up'])
    }
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
