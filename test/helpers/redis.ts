import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import type { Test } from 'tap'
import { clientFor, lendDatabase } from './lent-database.js'
import { needsOwnServer } from './needs-own-server.js'

/** A private Redis server on a Unix socket in a temporary folder. */
export interface TestRedis {
  /** Path of the server's socket. */
  readonly socket: string
  /** The same as a URL that every command line of rqd accepts. */
  readonly url: string
  readonly folder: string
  readonly pid: number
  /** A client, closed with the test. */
  readonly client: Redis
  /** Another client, closed with the test. */
  connect(): Redis
  /** Signal the server that runs now. */
  signal(signal: NodeJS.Signals): void
  /** Kill the server and start another on the same socket and folder; resolves when it answers. */
  restart(): Promise<void>
}

/**
 * Start a private Redis for this test; it is stopped and its folder removed when the test ends. Where the run names a
 * server (REDIS_URL), files of tests that need nothing of their server but commands get an empty database of that one.
 */
export async function startRedis(t: Test, extraArguments: string[] = []): Promise<TestRedis> {
  const folder = await mkdtemp(join(tmpdir(), 'rqd-test-'))
  const named = process.env['RQD_TEST_REDIS_URL']
  if (named !== undefined && extraArguments.length === 0 && !needsOwnServer(ownSource())) {
    return useServer(t, named, folder)
  }
  const socket = join(folder, 'redis.sock')
  const start = (): ChildProcess =>
    spawn(
      'redis-server',
      // prettier-ignore
      ['--port', '0', '--unixsocket', socket, '--dir', folder, '--save', '', '--appendonly', 'no', ...extraArguments],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
  let server = start()
  const clients: Redis[] = []
  const connect = (): Redis => {
    const client = new Redis({ path: socket, maxRetriesPerRequest: null })
    // A test that kills its server on purpose sees connection errors: the test's own assertions judge them.
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  t.teardown(async () => {
    for (const client of clients) client.disconnect()
    await stopProcess(server)
    await rm(folder, { recursive: true, force: true })
  })
  if (server.pid === undefined) throw new Error('redis-server did not start: is it on the PATH?')
  const client = connect()
  await client.ping()
  return {
    socket,
    url: `unix://${socket}`,
    folder,
    pid: server.pid,
    client,
    connect,
    signal: (signal) => void server.kill(signal),
    restart: async () => {
      await stopProcess(server)
      server = start()
      await client.ping()
    },
  }
}

/** An empty database of a server that is there already. */
async function useServer(t: Test, named: string, folder: string): Promise<TestRedis> {
  const clients: Redis[] = []
  const { url, release } = await lendDatabase(named, randomUUID())
  const connect = (): Redis => {
    const client = clientFor(url)
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  t.teardown(async () => {
    for (const client of clients) client.disconnect()
    await release()
    await rm(folder, { recursive: true, force: true })
  })
  const refuse = (what: string): never => {
    throw new Error(`${what}: this test needs a server of its own; let needs-own-server.ts know it`)
  }
  return {
    get socket() {
      return refuse('socket')
    },
    get pid() {
      return refuse('pid')
    },
    url,
    folder,
    client: connect(),
    connect,
    signal: () => refuse('signal'),
    restart: () => refuse('restart'),
  }
}

/** Of the test file that runs. */
function ownSource(): string {
  return readFileSync(process.argv[1] ?? '', 'utf8')
}

async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const closed = new Promise((resolve) => child.once('close', resolve))
  child.kill('SIGCONT')
  child.kill('SIGKILL')
  await closed
}
