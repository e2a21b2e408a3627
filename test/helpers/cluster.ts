import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { type Certificates, tlsArguments } from './certificates.js'
import { TestNode } from './cluster-node.js'
import { waitFor } from './wait-for.js'

const SLOTS = 16_384
const MASTERS = 3
const KEYS_AT_A_TIME = 20
const BOUND_MS = 30_000

/** A Redis Cluster of masters on this machine, with the slots shared evenly. */
export interface TestCluster {
  readonly folder: string
  /** The masters in the order of their slots, then the replicas. */
  readonly nodes: readonly TestNode[]
  /** As a command line of rqd takes it. */
  readonly url: string
  /** The node that serves the slot of a key. */
  ownerOf(key: string): Promise<TestNode>
  /**
   * Move the slot of a key to another node, key by key, as redis-cli does.
   * @param between called after each step of some keys, while the slot is on both nodes
   */
  migrate(key: string, to: TestNode, between?: (moved: number) => Promise<void>): Promise<void>
  /** Cut a node off from the others and from those who use it: nothing comes through any more, and nobody is told. */
  cutOff(node: TestNode): void
  /** What was sent to it meanwhile comes through late. */
  mend(): void
}

/** How a cluster differs from one of three masters that nobody takes the place of. */
export interface ClusterOptions {
  /** It speaks TLS only. */
  readonly certificates?: Certificates
  /** Of each master. */
  readonly replicas?: number
  /** How long a node may be silent before the others take it for dead. */
  readonly nodeTimeoutMs?: number
  /** Whether nodes are to be cut off: they speak to each other by way of this process then. */
  readonly relayed?: boolean
}

/** Start one for this test; it ends with it. Its replicas have all there is, and all nodes know them. */
export async function startCluster(t: Test, options: ClusterOptions = {}): Promise<TestCluster> {
  const { certificates, replicas = 0, nodeTimeoutMs = 15_000, relayed = false } = options
  const pair = await certificates?.server('redis.test')
  const ca = certificates?.ca
  const tls = ca === undefined ? {} : { tls: { ca: await readFile(ca, 'utf8') } }
  const listen = (port: number): string[] =>
    pair === undefined || ca === undefined
      ? ['--port', String(port)]
      : ['--port', '0', ...tlsArguments(port, pair, ca), '--tls-cluster', 'yes', '--tls-replication', 'yes']
  const folder = await mkdtemp(join(tmpdir(), 'rqd-cluster-'))
  const nodes: TestNode[] = []
  t.teardown(async () => {
    for (const node of nodes) await node.end()
    await rm(folder, { recursive: true, force: true })
  })
  const start = async (): Promise<TestNode> => {
    const node = new TestNode(folder, nodes.length, relayed)
    nodes.push(node)
    const [first] = nodes as [TestNode]
    await node.start({ listen, tls, nodeTimeoutMs })
    if (node !== first) await node.client.call('CLUSTER', 'MEET', '127.0.0.1', first.port, first.busPort)
    return node
  }
  for (let i = 0; i < MASTERS; i += 1) {
    const { client } = await start()
    const [from, to] = [Math.ceil((SLOTS * i) / MASTERS), Math.ceil((SLOTS * (i + 1)) / MASTERS) - 1]
    await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to)
  }
  for (let i = 0; i < MASTERS * replicas; i += 1) await start()
  const isWhole = async ({ client }: TestNode): Promise<boolean> => {
    const info = String(await client.call('CLUSTER', 'INFO'))
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodes.length}`)
  }
  await waitFor('the cluster', async () => (await Promise.all(nodes.map(isWhole))).every(Boolean), BOUND_MS)
  await follow(nodes)
  const scheme = ca === undefined ? 'redis' : 'rediss'
  const query = ca === undefined ? '' : `?ssl_ca_certs=${ca}`
  const url = `${scheme}+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}${query}`
  const ownerOf = async (key: string): Promise<TestNode> => {
    const { client } = nodes[0]!
    const slot = Number(await client.call('CLUSTER', 'KEYSLOT', key))
    const ranges = (await client.call('CLUSTER', 'SLOTS')) as [number, number, [string, number, string]][]
    const owner = ranges.find(([from, to]) => slot >= from && slot <= to)?.[2][2]
    return nodes.find(({ id }) => id === owner)!
  }
  const migrate: TestCluster['migrate'] = async (key, to, between) => {
    const from = await ownerOf(key)
    const slot = String(await from.client.call('CLUSTER', 'KEYSLOT', key))
    await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id)
    await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id)
    for (let moved = 0; ;) {
      const keys = (await from.client.callBuffer('CLUSTER', 'GETKEYSINSLOT', slot, KEYS_AT_A_TIME)) as Buffer[]
      if (keys.length === 0) break
      await from.client.call('MIGRATE', '127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys)
      moved += keys.length
      await between?.(moved)
    }
    for (const { client } of [to, ...nodes.filter((node) => node !== to)]) {
      await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id)
    }
  }
  const cutOff = (node: TestNode): void => {
    if (!relayed) throw new Error('nodes can only be cut off from a cluster with `relayed`')
    for (const other of nodes) other.hide(other === node ? undefined : node)
  }
  const mend = (): void => nodes.forEach((node) => node.reveal())
  return { folder, nodes, url, ownerOf, migrate, cutOff, mend }
}

/** Make replicas of all nodes behind the masters, in turn. A replica without its master's data would not take over. */
async function follow(nodes: readonly TestNode[]): Promise<void> {
  const replicas = nodes.slice(MASTERS)
  await Promise.all(replicas.map(({ client }, i) => client.call('CLUSTER', 'REPLICATE', nodes[i % MASTERS]?.id ?? '')))
  const knows = async ({ client }: TestNode): Promise<boolean> =>
    String(await client.call('CLUSTER', 'NODES')).match(/\bslave\b/g)?.length === replicas.length
  const all = async (): Promise<boolean[]> =>
    Promise.all([...replicas.map((replica) => replica.isFollowing()), ...nodes.map(knows)])
  if (replicas.length > 0) await waitFor('the replicas', async () => (await all()).every(Boolean), BOUND_MS)
}
