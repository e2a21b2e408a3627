import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { type Certificates, tlsArguments } from './certificates.js'
import { freePort } from '../../chaos/free-port.js'
import { waitFor } from './wait-for.js'

const SLOTS = 16_384
const MASTERS = 3
const KEYS_AT_A_TIME = 20
const BOUND_MS = 30_000

/** A node, and a client that speaks to it alone. */
export interface TestNode {
  readonly id: string
  readonly port: number
  readonly client: Redis
  /** SIGKILL; resolves when its process is gone. */
  kill(): Promise<void>
  /** It answers nobody until it is thawed. */
  freeze(): void
  thaw(): void
}

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
}

/** How a cluster differs from one of three masters that nobody takes the place of. */
export interface ClusterOptions {
  /** It speaks TLS only. */
  readonly certificates?: Certificates
  /** Of each master. */
  readonly replicas?: number
  /** How long a node may be silent before the others take it for dead. */
  readonly nodeTimeoutMs?: number
}

/** Start one for this test; it ends with it. Its replicas have all there is, and all nodes know them. */
export async function startCluster(t: Test, options: ClusterOptions = {}): Promise<TestCluster> {
  const { certificates, replicas = 0, nodeTimeoutMs = 15_000 } = options
  const pair = await certificates?.server('redis.test')
  const ca = certificates?.ca
  const tls = ca === undefined ? {} : { tls: { ca: await readFile(ca, 'utf8') } }
  const listen = (port: number): string[] =>
    pair === undefined || ca === undefined
      ? ['--port', String(port)]
      : ['--port', '0', ...tlsArguments(port, pair, ca), '--tls-cluster', 'yes', '--tls-replication', 'yes']
  const folder = await mkdtemp(join(tmpdir(), 'rqd-cluster-'))
  const processes: ChildProcess[] = []
  const clients: Redis[] = []
  t.teardown(async () => {
    for (const client of clients) client.disconnect()
    for (const each of processes) await stop(each)
    await rm(folder, { recursive: true, force: true })
  })
  const nodes: TestNode[] = []
  let met: { port: number; bus: number } | undefined
  const start = async (): Promise<TestNode> => {
    const [port, bus] = [await freePort(), await freePort()]
    // Each has a folder: what a replica is sent first is a file with one name.
    const own = join(folder, String(port))
    await mkdir(own)
    const place = [...listen(port), '--cluster-port', String(bus), '--bind', '127.0.0.1', '--dir', own]
    const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', String(nodeTimeoutMs)]
    const failOver = ['--cluster-require-full-coverage', 'no', '--cluster-replica-validity-factor', '0']
    const replication = ['--repl-diskless-sync-delay', '0', '--cluster-allow-replica-migration', 'no']
    const child = spawn('redis-server', [...place, ...cluster, ...failOver, ...replication, '--save', ''], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    processes.push(child)
    const client = new Redis({ host: '127.0.0.1', port, ...tls, maxRetriesPerRequest: null, retryStrategy: () => 25 })
    client.on('error', () => undefined)
    clients.push(client)
    const node = {
      id: String(await client.call('CLUSTER', 'MYID')),
      port,
      client,
      kill: () => stop(child),
      freeze: () => void child.kill('SIGSTOP'),
      thaw: () => void child.kill('SIGCONT'),
    }
    nodes.push(node)
    if (met !== undefined) await client.call('CLUSTER', 'MEET', '127.0.0.1', met.port, met.bus)
    met ??= { port, bus }
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
  return { folder, nodes, url, ownerOf, migrate }
}

/** Make replicas of all nodes behind the masters, in turn. A replica without its master's data would not take over. */
async function follow(nodes: readonly TestNode[]): Promise<void> {
  const replicas = nodes.slice(MASTERS)
  await Promise.all(replicas.map(({ client }, i) => client.call('CLUSTER', 'REPLICATE', nodes[i % MASTERS]?.id ?? '')))
  const isUp = async ({ client }: TestNode): Promise<boolean> =>
    (await client.info('replication')).includes('master_link_status:up')
  const knows = async ({ client }: TestNode): Promise<boolean> =>
    String(await client.call('CLUSTER', 'NODES')).match(/\bslave\b/g)?.length === replicas.length
  const all = async (): Promise<boolean[]> => Promise.all([...replicas.map(isUp), ...nodes.map(knows)])
  if (replicas.length > 0) await waitFor('the replicas', async () => (await all()).every(Boolean), BOUND_MS)
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
