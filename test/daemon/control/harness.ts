import { mkdtemp, rm } from 'node:fs/promises'
import { type Socket, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import { ControlServer, type ControlServerOptions } from '../../../daemon/control/server.js'
import { DataConnection } from '../../../daemon/data/connection.js'
import { EventHub } from '../../../daemon/events/hub.js'
import type { DataAccess } from '../../../daemon/data/method.js'
import { systemClock } from '../../../src/clock.js'
import { systemRandom } from '../../../src/random.js'
import { DEFAULT_COMPAT } from '../../../src/redis/compat.js'
import { connectRedis } from '../../../src/redis/connection.js'
import { createKeys } from '../../../src/redis/keys.js'
import type { LogFields, Logger } from '../../../src/logger.js'
import type { TestRedis } from '../../helpers/redis.js'
import { waitFor } from '../../helpers/wait-for.js'
import { FakeOperations } from './fake-operations.js'

/** A temporary folder, mode 0700, removed with the test. */
export async function tempFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'rqd-control-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A logger that keeps its lines. */
export class MemoryLogger implements Logger {
  readonly lines: { level: string; sentence: string; fields: LogFields }[] = []
  error = this.#keep('error')
  warn = this.#keep('warn')
  info = this.#keep('info')
  debug = this.#keep('debug')

  #keep(level: string): (sentence: string, fields?: LogFields) => void {
    return (sentence, fields = {}) => void this.lines.push({ level, sentence, fields })
  }
}

/** Stands for Redis in tests that ask for nothing from it. */
export function noData(): Promise<never> {
  return Promise.reject(new Error('this test has no Redis'))
}

/** The data in a private Redis, for a control server. */
export function dataOf(t: Test, redis: TestRedis): () => Promise<DataAccess> {
  const data = new DataConnection({
    connect: () => connectRedis(redis.url, { commandTimeoutMs: 10_000, random: systemRandom }),
    keys: createKeys(),
    compat: DEFAULT_COMPAT,
    clock: systemClock,
    random: systemRandom,
  })
  t.teardown(() => data.close())
  return () => data.open()
}

/** A control server over fake operations, stopped with the test. */
export async function startServer(t: Test, options: Partial<ControlServerOptions> = {}) {
  const path = options.path ?? join(await tempFolder(t), 'rqd.sock')
  const operations = new FakeOperations()
  const logger = new MemoryLogger()
  const events = new EventHub(systemClock)
  const server = new ControlServer({ path, operations, data: noData, events, logger, ...options })
  await server.start()
  t.teardown(() => server.stop())
  return { path, operations, logger, server, events }
}

/** A caller that writes raw text, as socat would. */
export class RawCaller {
  readonly socket: Socket
  text = ''
  ended = false

  constructor(t: Test, path: string) {
    this.socket = connect({ path, allowHalfOpen: true })
    this.socket.on('data', (chunk) => (this.text += chunk.toString()))
    this.socket.on('end', () => (this.ended = true))
    this.socket.on('error', () => (this.ended = true))
    t.teardown(() => this.socket.destroy())
  }

  send(text: string | Uint8Array): this {
    this.socket.write(text)
    return this
  }

  /** All whole lines so far, parsed. */
  get replies(): Record<string, unknown>[] {
    return this.text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Record<string, unknown>)
  }

  /** Wait for this many lines. */
  async lines(count: number): Promise<Record<string, unknown>[]> {
    await waitFor(`${count} replies; there are ${this.text.slice(0, 500)}`, () => this.replies.length >= count)
    return this.replies
  }
}
