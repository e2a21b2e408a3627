import type * as ioredis from 'ioredis'
import { RqdError, coerceError } from '../../errors.js'
import { requirePackage } from '../../require.js'
import type { TlsMaterial } from '../tls.js'
import type { ClusterAddress, ClusterNode } from './address.js'

const { Redis } = requirePackage('ioredis') as typeof ioredis

/** Nodes that were heard of are kept besides those that were named; more are not. */
const MOST_KNOWN = 64

/** Nodes, and what they let us in with. */
export type ClusterAccess = Omit<ClusterAddress, 'tls'> & { readonly tls: TlsMaterial | undefined }

/** How nodes are asked. */
export interface AskPolicy {
  readonly connectTimeoutMs: number
  readonly commandTimeoutMs: number
  readonly connectionName: string
}

/** Finds the node that serves the slot of a key, by asking nodes that are known until one answers. */
export class SlotOwner {
  readonly address: ClusterAccess
  readonly #key: string
  readonly #policy: AskPolicy
  #known: readonly ClusterNode[]
  #told: ClusterNode | undefined
  /** The node that was asked last, and the one that it named. */
  #last: readonly ClusterNode[] = []

  constructor(address: ClusterAccess, key: string, policy: AskPolicy) {
    this.address = address
    this.#key = key
    this.#policy = policy
    this.#known = address.nodes
  }

  /** A key of the slot. */
  get key(): string {
    return this.#key
  }

  /** What was found last does not serve the slot: the others are asked first, they may know of a new master. */
  doubt(): void {
    for (const node of this.#last) this.#askLast(node)
  }

  /** A node has said which one it is now: that is believed once, without asking. */
  tell(node: ClusterNode): void {
    this.#told = node
  }

  /** @throws RqdError RQD_REDIS if no node answers, or none serves the slot */
  async find(): Promise<ClusterNode> {
    const told = this.#told
    this.#told = undefined
    return told ?? this.ask()
  }

  /**
   * The same, whatever we were told.
   * @throws RqdError RQD_REDIS if no node answers, or none serves the slot
   */
  async ask(): Promise<ClusterNode> {
    let failure: Error | undefined
    for (const node of this.#known) {
      try {
        const owner = await this.#askOne(node)
        this.#last = [node, owner]
        return owner
      } catch (thrown) {
        failure = coerceError(thrown)
        // A frozen one takes all its time each time.
        this.#askLast(node)
      }
    }
    const shown = this.#known.map(nameOf).join(', ')
    throw new RqdError(
      'RQD_REDIS',
      `no node of the cluster tells who serves the keys (asked ${shown}): ${failure?.message ?? ''}`,
      {
        cause: failure,
      },
    )
  }

  async #askOne(node: ClusterNode): Promise<ClusterNode> {
    const redis = new Redis({
      ...clientOptions(this.address, node),
      connectTimeout: this.#policy.connectTimeoutMs,
      commandTimeout: this.#policy.commandTimeoutMs,
      connectionName: this.#policy.connectionName,
      enableReadyCheck: false,
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
    })
    let failure: Error | undefined
    redis.on('error', (error: Error) => (failure = error))
    try {
      await redis.connect()
      const [slot, ranges] = await Promise.all([
        redis.call('CLUSTER', 'KEYSLOT', this.#key),
        redis.call('CLUSTER', 'SLOTS'),
      ])
      const nodes = readRanges(ranges, node)
      this.#remember(nodes.map(({ owner }) => owner))
      const found = nodes.find(({ from, to }) => Number(slot) >= from && Number(slot) <= to)
      if (found !== undefined) return found.owner
      throw new Error(`nobody serves slot ${String(slot)}, in which the keys are`)
    } catch (thrown) {
      throw failure ?? thrown
    } finally {
      redis.disconnect()
    }
  }

  // Those that were named come first until one fails: they are what the operator looks after.
  #remember(nodes: readonly ClusterNode[]): void {
    const all = new Map([...this.address.nodes, ...nodes].map((node) => [nameOf(node), node]))
    const kept = this.#known.filter((node) => all.delete(nameOf(node)))
    this.#known = [...kept, ...all.values()].slice(0, MOST_KNOWN)
  }

  #askLast(node: ClusterNode): void {
    const isIt = (other: ClusterNode): boolean => nameOf(other) === nameOf(node)
    this.#known = [...this.#known.filter((other) => !isIt(other)), ...this.#known.filter(isIt)]
  }
}

/** A node as text. */
export function nameOf({ host, port }: ClusterNode): string {
  return `${host}:${port}`
}

type NodeOptions = Pick<ioredis.RedisOptions, 'host' | 'port' | 'username' | 'password' | 'tls'>

/** How to be let in by a node. */
export function clientOptions(address: ClusterAccess, node: ClusterNode): NodeOptions {
  const { username, password, tls } = address
  return {
    ...node,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(tls === undefined ? {} : { tls }),
  }
}

function readRanges(reply: unknown, asked: ClusterNode): { from: number; to: number; owner: ClusterNode }[] {
  if (!Array.isArray(reply)) throw new Error('CLUSTER SLOTS was not answered with a list')
  return reply.flatMap((range: unknown) => {
    const [from, to, owner] = Array.isArray(range) ? (range as unknown[]) : []
    const [host, port] = Array.isArray(owner) ? (owner as unknown[]) : []
    if (typeof from !== 'number' || typeof to !== 'number' || typeof port !== 'number') return []
    // A node that does not know its own address leaves it out, or says "?".
    const isNamed = typeof host === 'string' && host !== '' && host !== '?'
    return [{ from, to, owner: { host: isNamed ? host : asked.host, port } }]
  })
}
