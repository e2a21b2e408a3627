import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { freePort } from './free-port.js'
import { waitFor } from './wait-for.js'

/** A master, its replica, and a sentinel that watches them, on free ports of this machine. */
export interface TestSentinel {
  readonly folder: string
  readonly sentinelPort: number
  /** A client that follows the master, closed with the test. */
  readonly client: Redis
  /** Kill the server that is the master at the beginning; resolves when the sentinel names the other one. */
  failOver(): Promise<void>
}

export const MASTER_NAME = 'jobs'

/** A sentinel that was not run for two seconds trusts nothing it sees for the next thirty (its TILT mode). */
const FAIL_OVER_BOUND_MS = 75_000

/** Start them for this test; they are stopped when it ends. */
export async function startSentinel(t: Test): Promise<TestSentinel> {
  const folder = await mkdtemp(join(tmpdir(), 'rqd-sentinel-'))
  const [master, replica, sentinel] = [await freePort(), await freePort(), await freePort()]
  const config = join(folder, 'sentinel.conf')
  const log = join(folder, 'sentinel.log')
  const lines = [
    `port ${sentinel}`,
    `dir ${folder}`,
    `logfile ${log}`,
    `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${master} 1`,
    `sentinel down-after-milliseconds ${MASTER_NAME} 1000`,
    `sentinel failover-timeout ${MASTER_NAME} 5000`,
  ]
  await writeFile(config, lines.join('\n'))
  const start = (...args: string[]): ChildProcess =>
    spawn('redis-server', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  const server = ['--dir', folder, '--save', '', '--repl-diskless-sync-delay', '0']
  const processes = [
    start('--port', String(master), ...server),
    start('--port', String(replica), '--replicaof', `127.0.0.1 ${master}`, ...server),
    start(config, '--sentinel'),
  ]
  const client = new Redis({
    sentinels: [{ host: '127.0.0.1', port: sentinel }],
    name: MASTER_NAME,
    maxRetriesPerRequest: null,
  })
  client.on('error', () => undefined)
  const asked = new Redis({ port: sentinel })
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
  return { folder, sentinelPort: sentinel, client, failOver }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
