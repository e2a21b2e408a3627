import { existsSync } from 'node:fs'
import { hostname, userInfo } from 'node:os'
import type { Command } from 'commander'
import type { Redis } from 'ioredis'
import { RqdError, coerceError, hasCode } from '../../src/errors.js'
import type { Keys } from '../../src/redis/keys.js'
import { version } from '../../src/version.js'
import type { ClientOptions, ControlClient } from '../control/client.js'
import { SERVICE_SOCKET_PATH, defaultSocketPath } from '../control/socket-path.js'
import type { DataCaller } from '../data/caller.js'
import { DEFAULT_TENANT_PREFIX, TENANT_PLACE, checkTenantName, tenantPrefix } from '../tenants/tenant.js'
import { type Colours, type Output, coloursFor } from './output.js'

/** Where a command line reads and writes: the process's own streams, or a test's. */
export interface RqctlIo {
  readonly stdout: Output
  readonly stderr: Output
  /** Where keys come from, for what is used live. */
  readonly stdin?: () => NodeJS.ReadStream
  readonly env: Readonly<Record<string, string | undefined>>
  /** Ends what goes on until it is told to stop (`info --interval`). */
  readonly signal?: AbortSignal
}

/** The options that every command takes. */
export interface GlobalFlags {
  socket?: string
  url?: string
  prefix?: string
  tenant?: string
  json?: true
}

const DEFAULT_URL = 'redis://localhost:6379/0'
/** Bound for connecting and for one answer. */
const PATIENCE_MS = 10_000

/** What a daemon tells without being asked. */
export type Listeners = Omit<ClientOptions, 'timeoutMs' | 'tenant'>

/** What a command works with. */
export class Context {
  readonly io: RqctlIo
  readonly json: boolean
  readonly colours: Colours
  readonly socketPath: string
  /** Whom commands are about; undefined: whoever is served without tenants, or the daemon as a whole. */
  readonly tenant: string | undefined
  /** Of all keys in Redis; undefined: the usual one. */
  readonly prefix: string | undefined
  readonly #flags: GlobalFlags

  /** @throws RqdError RQD_BAD_OPTION if no tenant can be called so, or the prefix has no place for its name */
  constructor(io: RqctlIo, flags: GlobalFlags) {
    this.io = io
    this.json = flags.json === true
    this.colours = coloursFor(io.stdout, io.env)
    this.socketPath = flags.socket ?? named(io.env, 'RQD_SOCKET') ?? likelySocketPath(io.env)
    this.tenant = flags.tenant ?? named(io.env, 'RQD_TENANT')
    if (this.tenant !== undefined) checkTenantName(this.tenant)
    this.prefix = prefixOf(flags, this.tenant)
    this.#flags = flags
  }

  /** Whether a Redis is named on the command line. */
  get namesRedis(): boolean {
    return this.#flags.url !== undefined || this.#flags.prefix !== undefined
  }

  /** Whether a daemon is named: by its socket on the command line, or, where no Redis is, in the environment. */
  get namesDaemon(): boolean {
    if (this.namesRedis) return false
    return this.#flags.socket !== undefined || named(this.io.env, 'RQD_SOCKET') !== undefined
  }

  /** Characters in a line of stdout; undefined if it is no screen. */
  get width(): number | undefined {
    return this.io.stdout.isTTY === true ? (this.io.stdout.columns ?? 80) : undefined
  }

  /** The answer: text for people, or with --json the document. */
  answer(document: unknown, text: () => string): void {
    this.io.stdout.write(this.json ? `${JSON.stringify(document, null, 2)}\n` : text())
  }

  /** A remark that is no part of the answer. */
  remark(line: string): void {
    this.io.stderr.write(`${line}\n`)
  }

  /** `withDaemon` for what is refused of a tenant: where its name comes from is known here alone. */
  async withWhole<T>(use: (client: ControlClient) => Promise<T>, listeners: Listeners = {}): Promise<T> {
    try {
      return await this.withDaemon(use, listeners)
    } catch (thrown) {
      if (this.tenant === undefined || this.#flags.tenant !== undefined || !hasCode(thrown, 'RQD_BAD_OPTION'))
        throw thrown
      const { message } = coerceError(thrown)
      const next = 'it is set by $RQD_TENANT: begin the command with RQD_TENANT= to leave it out'
      throw new RqdError('RQD_BAD_OPTION', `${message}; ${next}`, { cause: thrown })
    }
  }

  /** Use the daemon and hang up. @throws RqdError RQD_UNREACHABLE if none answers. */
  async withDaemon<T>(use: (client: ControlClient) => Promise<T>, listeners: Listeners = {}): Promise<T> {
    return hangUp(await this.#connect(listeners), use)
  }

  /**
   * Use the methods about data at rest and hang up. A daemon answers them, unless a Redis is named or no daemon is found;
   * then they are run here. One that is named by its socket has to be there.
   * @throws RqdError RQD_UNREACHABLE, RQD_REDIS
   */
  async withData<T>(use: (data: DataCaller) => Promise<T>): Promise<T> {
    const { namesRedis, namesDaemon } = this
    if (namesDaemon || !(namesRedis || this.#urlOfEnvironment !== undefined)) {
      const client = await this.#connect().catch((thrown: unknown) => {
        if (namesDaemon || !hasCode(thrown, 'RQD_UNREACHABLE')) throw thrown
        return undefined
      })
      if (client !== undefined) return hangUp(client, use)
    }
    return this.withRedis(async (redis, keys) => use(await this.#dataIn(redis, keys)))
  }

  /**
   * The same for what takes long and goes on while daemons are restarted, the one that answers among them, or Redis is
   * away for a while: see SteadyCaller. @throws RqdError RQD_UNREACHABLE, RQD_REDIS
   */
  async withFleet<T>(use: (data: DataCaller) => Promise<T>, patienceMs = 60_000): Promise<T> {
    const { SteadyCaller } = await import('./steady-caller.js')
    const { namesRedis, namesDaemon } = this
    if (namesDaemon || !(namesRedis || this.#urlOfEnvironment !== undefined)) {
      const client = await this.#connect().catch((thrown: unknown) => {
        if (namesDaemon || !hasCode(thrown, 'RQD_UNREACHABLE')) throw thrown
        return undefined
      })
      if (client !== undefined) {
        // From here on it is this daemon, or the one that comes after it.
        const caller = new SteadyCaller(client, patienceMs, () => this.#connect())
        return await hangUp(caller, use)
      }
    }
    return this.withRedis(async (redis, keys) => use(new SteadyCaller(await this.#dataIn(redis, keys), patienceMs)), {
      reconnect: true,
    })
  }

  async #dataIn(redis: Redis, keys: Keys): Promise<DataCaller> {
    const { DataHere } = await import('../data/here.js')
    const { Store } = await import('../../src/redis/store.js')
    const { systemClock } = await import('../../src/clock.js')
    const { systemRandom } = await import('../../src/random.js')
    return new DataHere({ store: new Store(redis, keys), clock: systemClock, random: systemRandom })
  }

  /** Use Redis and hang up. @throws RqdError RQD_REDIS if it does not answer. */
  async withRedis<T>(
    use: (redis: Redis, keys: Keys) => Promise<T>,
    { reconnect = false }: { reconnect?: boolean } = {},
  ): Promise<T> {
    const { connectRedis, showAddress } = await import('../../src/redis/connection.js')
    const { describeTrouble } = await import('../../src/redis/trouble.js')
    const { createKeys } = await import('../../src/redis/keys.js')
    const { systemRandom } = await import('../../src/random.js')
    const url = this.redisUrl
    const redis = connectRedis(url, {
      commandTimeoutMs: PATIENCE_MS,
      connectionName: 'rqctl',
      ...(this.prefix === undefined ? {} : { prefix: this.prefix }),
      reconnect,
      random: systemRandom,
    })
    let failure: Error | undefined
    redis.on('error', (error: Error) => (failure = error))
    try {
      await redis.connect().catch((thrown: unknown) => {
        const cause = failure ?? coerceError(thrown)
        const text = `Redis at ${showAddress(url)} does not answer: ${describeTrouble(cause, redis)}; name another with --url`
        throw new RqdError('RQD_REDIS', text, { cause })
      })
      return await use(redis, createKeys(this.prefix))
    } catch (thrown) {
      throw namesCommand(coerceError(thrown))
    } finally {
      redis.disconnect()
    }
  }

  /** Where Redis is, for what is done straight in it. */
  get redisUrl(): string {
    return this.#flags.url ?? this.#urlOfEnvironment ?? DEFAULT_URL
  }

  get #urlOfEnvironment(): string | undefined {
    return named(this.io.env, 'RQD_URL') ?? named(this.io.env, 'RQ_REDIS_URL')
  }

  async #connect(listeners: Listeners = {}): Promise<ControlClient> {
    const { ControlClient } = await import('../control/client.js')
    const { tenant } = this
    const client = await ControlClient.connect(this.socketPath, { timeoutMs: PATIENCE_MS, tenant, ...listeners })
    client.notify('hello', { client: `rqctl ${version}`, user: ownUser(), pid: process.pid })
    return client
  }
}

async function hangUp<C extends { close(): void }, T>(client: C, use: (client: C) => Promise<T>): Promise<T> {
  try {
    return await use(client)
  } finally {
    client.close()
  }
}

/** An answer of Redis that is an error, with the command and the key that it was an answer to. */
function namesCommand(error: Error): Error {
  if (error.name !== 'ReplyError') return error
  const { command } = error as Error & { command?: { name: string; args: readonly unknown[] } }
  const asked = command === undefined ? '' : ` ${command.name} ${String(command.args[0] ?? '')}`
  return new RqdError('RQD_REDIS', `Redis refused${asked}: ${error.message}`, { cause: error })
}

/** Whoever runs this, as daemons log it: `ann@host pid 4711`. */
export function whoCalls(): string {
  return `${ownUser() ?? '?'}@${hostname()} pid ${process.pid}`
}

/** Null where this process runs under a number that has no name. */
function ownUser(): string | null {
  try {
    return userInfo().username
  } catch {
    return null
  }
}

/** Our own place, unless only the service has a socket. */
function likelySocketPath(env: RqctlIo['env']): string {
  const own = defaultSocketPath(env)
  return !existsSync(own) && existsSync(SERVICE_SOCKET_PATH) ? SERVICE_SOCKET_PATH : own
}

/** A prefix that is named without a place for tenants is taken as it is, unless a tenant is named beside it. */
function prefixOf({ prefix, tenant: flag }: GlobalFlags, tenant: string | undefined): string | undefined {
  if (tenant === undefined) return prefix
  if (prefix === undefined || prefix.includes(TENANT_PLACE)) {
    return tenantPrefix(prefix ?? DEFAULT_TENANT_PREFIX, tenant)
  }
  if (flag === undefined) return prefix
  const found = `--prefix is ${JSON.stringify(prefix)} and --tenant is ${JSON.stringify(tenant)}`
  const text = `${found}: expected ${TENANT_PLACE} in the prefix, where the name goes; or leave out one of them`
  throw new RqdError('RQD_BAD_OPTION', text)
}

/** A variable of the environment. An empty one says nothing, as with rqd. */
function named(env: RqctlIo['env'], name: string): string | undefined {
  return env[name] === '' ? undefined : env[name]
}

/** What a command does. @returns the exit code. */
export type Body = (context: Context, command: Command) => Promise<number>

/** Turns a body into an action for commander. */
export type Run = (body: Body) => (...given: unknown[]) => Promise<void>
