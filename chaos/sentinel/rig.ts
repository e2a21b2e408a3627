import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { nowMs } from '../clock.js'
import { freePort } from '../free-port.js'
import { SentinelNode } from './node.js'

export const MASTER_NAME = 'jobs'
/** A server that does not answer for so long is down, for one sentinel. */
const DOWN_AFTER_MS = 1_000
/** Twice as long must pass between two fail-overs. */
const FAIL_OVER_TIMEOUT_MS = 2_000
/** A sentinel that was not run for two seconds trusts nothing that it sees for the next thirty (its TILT mode). */
const BOUND_MS = 90_000
const LOOK_MS = 10

/** A master, two replicas and three sentinels on the loopback, and the ways in which a master is lost. */
export class SentinelRig {
  readonly nodes: readonly SentinelNode[]
  readonly #folder: string
  readonly #sentinels: ChildProcess[] = []
  readonly #clients: Redis[] = []
  /** Hear what the sentinels tell. */
  readonly #ears: Redis[] = []
  readonly #ports: number[] = []
  /** The newest at the end. */
  readonly #switches: { readonly port: number; readonly atMs: number }[] = []

  constructor(folder: string) {
    this.#folder = folder
    this.nodes = ['one', 'two', 'three'].map((name) => new SentinelNode(folder, name))
  }

  /** As rqd takes it. */
  get url(): string {
    return `redis+sentinel://${this.#ports.map((port) => `127.0.0.1:${port}`).join(',')}/${MASTER_NAME}/0`
  }

  get sentinelPorts(): readonly number[] {
    return this.#ports
  }

  async start(): Promise<void> {
    const [master, ...replicas] = this.nodes
    for (const node of this.nodes) await node.open()
    await master?.start(undefined)
    for (const replica of replicas) await replica.start(master)
    for (let i = 0; i < 3; i += 1) await this.#startSentinel(i, master?.port ?? 0)
    await this.untilWhole()
  }

  /** The server that the first sentinel names, among ours. */
  async master(): Promise<SentinelNode | undefined> {
    const reply = (await this.#clients[0]?.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME)) as string[] | null
    return this.nodes.find(({ port }) => port === Number(reply?.[1]))
  }

  /** Resolves when the master has two replicas that are up to date, and all sentinels know that. */
  async untilWhole(): Promise<SentinelNode> {
    return until('a master with two replicas, known to all sentinels', async () => {
      const master = await this.master()
      if (master === undefined) return undefined
      const info = await master.client.info('replication')
      const online = info.match(/state=online/g)?.length ?? 0
      if (!info.includes('role:master') || online !== 2) return undefined
      for (const client of this.#clients) if (!(await knowsAll(client, master.port))) return undefined
      return master
    })
  }

  /** Resolves when the sentinels have put another server in the place of `former`. @returns which, and when */
  async untilReplaced(former: SentinelNode): Promise<{ master: SentinelNode; atMs: number }> {
    return until(`a fail-over from ${former.name}`, () => {
      const { port, atMs = 0 } = this.#switches.at(-1) ?? {}
      const master = this.nodes.find((node) => node.port === port && node !== former)
      return master === undefined ? undefined : { master, atMs }
    })
  }

  /** When the last master before this moment was elected: on a busy machine the sentinels may change their minds. */
  electedBefore(momentMs: number): number {
    return this.#switches.findLast(({ atMs }) => atMs <= momentMs)?.atMs ?? 0
  }

  /** Ask for a fail-over. Refused, while the last one is not over for the sentinels, it is asked for again. */
  async failOver(): Promise<void> {
    await until('a sentinel to begin a fail-over', async () => {
      try {
        return await this.#clients[0]?.call('SENTINEL', 'FAILOVER', MASTER_NAME)
      } catch {
        return undefined
      }
    })
  }

  async end(): Promise<void> {
    for (const client of [...this.#clients, ...this.#ears]) client.disconnect()
    for (const sentinel of this.#sentinels) await killed(sentinel)
    for (const node of this.nodes) await node.end()
  }

  async #startSentinel(index: number, masterPort: number): Promise<void> {
    const port = await freePort()
    const config = join(this.#folder, `sentinel-${index}.conf`)
    const lines = [
      `port ${port}`,
      `dir ${this.#folder}`,
      `logfile ${join(this.#folder, `sentinel-${index}.log`)}`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 2`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${MASTER_NAME} ${FAIL_OVER_TIMEOUT_MS}`,
      `sentinel parallel-syncs ${MASTER_NAME} 2`,
    ]
    await writeFile(config, lines.join('\n'))
    this.#sentinels.push(spawn('redis-server', [config, '--sentinel'], { stdio: 'ignore', detached: true }))
    this.#ports.push(port)
    const [client, ear] = [this.#connect(port), this.#connect(port)]
    this.#clients.push(client)
    this.#ears.push(ear)
    ear.on('message', (_: string, text: string) => {
      const to = Number(text.split(' ')[4])
      // The first sentinel to know it counts.
      if (this.#switches.at(-1)?.port !== to) this.#switches.push({ port: to, atMs: nowMs() })
    })
    await client.ping()
    await ear.subscribe('+switch-master')
  }

  #connect(port: number): Redis {
    const client = new Redis({ port, maxRetriesPerRequest: null, retryStrategy: () => 50 })
    client.on('error', () => undefined)
    return client
  }
}

/** Whether a sentinel sees this master, two healthy replicas and two other sentinels. */
async function knowsAll(client: Redis, masterPort: number): Promise<boolean> {
  const fields = (await client.call('SENTINEL', 'MASTER', MASTER_NAME)) as string[] | Record<string, string>
  const master = asRecord(fields)
  if (Number(master['port']) !== masterPort || master['flags'] !== 'master') return false
  if (master['num-other-sentinels'] !== '2') return false
  const replicas = (await client.call('SENTINEL', 'REPLICAS', MASTER_NAME)) as (string[] | Record<string, string>)[]
  const healthy = replicas
    .map(asRecord)
    .filter((each) => each['flags'] === 'slave' && each['master-link-status'] === 'ok')
  return healthy.length === 2
}

function asRecord(fields: string[] | Record<string, string>): Record<string, string> {
  if (!Array.isArray(fields)) return fields
  const record: Record<string, string> = {}
  for (let i = 0; i < fields.length; i += 2) record[fields[i] ?? ''] = fields[i + 1] ?? ''
  return record
}

async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = nowMs() + BOUND_MS
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (nowMs() > deadline) throw new Error(`waited ${BOUND_MS} ms in vain for ${what}`)
    await delay(LOOK_MS)
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
