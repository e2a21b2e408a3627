import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis, type RedisOptions } from 'ioredis'
import type { Test } from 'tap'
import { freePort } from '../../chaos/free-port.js'
import { waitFor } from './wait-for.js'

/** A master, its replica, and a sentinel that watches them, on free ports of this machine. */
export interface TestSentinel {
  readonly folder: string
  readonly sentinelPort: number
  /** A client that follows the master, closed with the test. */
  readonly client: Redis
  /** A client of the sentinel, closed with the test. */
  readonly asked: Redis
  /** Kill the server that is the master at the beginning; resolves when the sentinel names the other one. */
  failOver(): Promise<void>
}

type Options = Omit<RedisOptions, 'replyMapping'>

/** What differs from servers that let everybody in. */
export interface SentinelSetup {
  /** Arguments of both servers: where they listen, and what they ask for. */
  server?(port: number): readonly string[]
  /** The same of the sentinel, as lines of its configuration. */
  sentinel?(port: number): readonly string[]
  /** How our client is let in, by Redis and by the sentinel. */
  readonly client?: Options
  /** How the sentinel lets in those that may ask it anything. */
  readonly asked?: Options
}

export const MASTER_NAME = 'jobs'

/** A sentinel that was not run for two seconds trusts nothing it sees for the next thirty (its TILT mode). */
const FAIL_OVER_BOUND_MS = 75_000

/** Start them for this test; they are stopped when it ends. */
export async function startSentinel(t: Test, setup: SentinelSetup = {}): Promise<TestSentinel> {
  const listen = setup.server ?? ((port: number) => ['--port', String(port)])
  const sentinelLines = setup.sentinel ?? ((port: number) => [`port ${port}`])
  const folder = await mkdtemp(join(tmpdir(), 'rqd-sentinel-'))
  const [master, replica, sentinel] = [await freePort(), await freePort(), await freePort()]
  const config = join(folder, 'sentinel.conf')
  const log = join(folder, 'sentinel.log')
  const lines = [
    `dir ${folder}`,
    `logfile ${log}`,
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master} 1`,
    // Longer than a busy machine stands still: else it replaces a master that is well.
    `sentinel down-after-milliseconds ${MASTER_NAME} 3000`,
    `sentinel failover-timeout ${MASTER_NAME} 5000`,
    ...sentinelLines(sentinel),
  ]
  await writeFile(config, lines.join('\n'))
  const start = (...args: string[]): ChildProcess =>
    spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const server = ['--dir', folder, '--save', '', '--repl-diskless-sync-delay', '0']
  const processes = [
    start(...listen(master), ...server),
    start(...listen(replica), '--replicaof', `127.0.0.1 ${master}`, ...server),
    start(config, '--sentinel'),
  ]
  const client = new Redis({
    sentinels: [{ host: '127.0.0.1', port: sentinel }],
    name: MASTER_NAME,
    maxRetriesPerRequest: null,
    ...setup.client,
  })
  client.on('error', () => undefined)
  const asked = new Redis({ host: '127.0.0.1', port: sentinel, ...setup.asked })
  asked.on('error', () => undefined)
  t.teardown(async () => {
    client.disconnect()
    asked.disconnect()
    for (const each of processes) await stop(each)
    await rm(folder, { recursive: true, force: true })
  })
  await client.ping()
  const namesReplica = async (): Promise<boolean> => {
    const address = (await asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME)) as string[]
    return address[1] === String(replica)
  }
  const failOver = async (): Promise<void> => {
    processes[0]?.kill('SIGKILL')
    await waitFor('the sentinel to name another master', namesReplica, FAIL_OVER_BOUND_MS).catch(
      async (thrown: unknown) => {
        throw new Error(`${String(thrown)}; its log:\n${await readFile(log, 'utf8')}`, { cause: thrown })
      },
    )
  }
  return { folder, sentinelPort: sentinel, client, asked, failOver }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
