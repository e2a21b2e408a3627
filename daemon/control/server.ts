import { type Server, type Socket, createServer } from 'node:net'
import type * as jsonRpc from 'json-rpc-2.0'
import { type Clock, systemClock } from '../../src/clock.js'
import { RqdError, coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { requirePackage } from '../../src/require.js'
import type { Service } from '../../src/service.js'
import { version as ownVersion } from '../../src/version.js'
import { type Caller, audited } from './audit.js'
import { faultOf, standardFault } from './faults.js'
import { MAX_FRAME_BYTES, encodeFrame } from './framing.js'
import type { Served } from './methods.js'
import { methodNames, methods } from './protocol.js'
import type { RateLimit } from './rate.js'
import { errorReply } from './request.js'
import { Session, type SessionContext, type SessionLimits } from './session.js'
import { type SocketAccess, describeAccess, isShared, ownerOnly } from './socket-access.js'
import { type PlacedSocket, placeSocket } from './socket-file.js'
import { checkSocketPath, ensureSocketFolder, ownUid } from './socket-path.js'
import { didYouMean } from './spelling.js'
import { type Addressed, addressed, bindTenants } from './tenant-methods.js'

const { JSONRPCServer } = requirePackage('json-rpc-2.0') as typeof jsonRpc

export interface ControlServerOptions extends Served {
  readonly path: string
  readonly logger: Logger
  readonly clock?: Clock
  /** Who may connect; the daemon's own user by default. */
  readonly access?: SocketAccess
  /** Refuse methods that change something, and name this socket, which takes them. Default: refuse none. */
  readonly readOnlyBeside?: string | undefined
  /** Of the daemon, as `hello` tells it. */
  readonly name?: string
  /** Shown by `rpc.discover`; this package's by default. */
  readonly version?: string
  /** Connections served at once; further ones are told so and closed. Default 64. */
  readonly maxConnections?: number
  /** Requests of one connection under way at once; further ones wait. Default 32. */
  readonly maxInFlight?: number
  /** Default 1 MiB. */
  readonly maxFrameBytes?: number
  /** Of each connection; beyond it, its requests are read more slowly. */
  readonly rate?: RateLimit
}

/** What neither rqctl nor a dashboard comes near. */
const defaultRate: RateLimit = { perSec: 2_000, burst: 4_000 }

/** Serves the operations of a daemon on a Unix socket. */
export class ControlServer implements Service {
  readonly #path: string
  readonly #options: ControlServerOptions
  readonly #logger: Logger
  readonly #clock: Clock
  readonly #access: SocketAccess
  readonly #rpc: jsonRpc.JSONRPCServer<SessionContext>
  readonly #maxConnections: number
  readonly #limits: SessionLimits
  readonly #sessions = new Map<Session, Promise<void>>()
  #connections = 0
  #server: Server | undefined
  #placed: PlacedSocket | undefined
  #stopping: Promise<void> | undefined

  /** @throws RqdError RQD_BAD_OPTION if no socket can have the path. */
  constructor(options: ControlServerOptions) {
    this.#path = checkSocketPath(options.path)
    this.#options = options
    this.#logger = options.logger
    this.#clock = options.clock ?? systemClock
    this.#access = options.access ?? ownerOnly
    this.#maxConnections = options.maxConnections ?? 64
    this.#limits = {
      maxFrameBytes: options.maxFrameBytes ?? MAX_FRAME_BYTES,
      maxInFlight: options.maxInFlight ?? 32,
      rate: options.rate ?? defaultRate,
    }
    this.#rpc = this.#buildRpc(options, this.#version)
  }

  /** @throws RqdError RQD_SOCKET_IN_USE if another daemon owns the path, RQD_BAD_OPTION if its folder is not safe. */
  async start(): Promise<void> {
    const shared = isShared(this.#access)
    const reachable = await ensureSocketFolder(this.#path, { shared })
    if (shared && !reachable) {
      const advice = 'open it with "chmod go+x"'
      this.#logger.warn('only its owner can reach the control socket: its folder is closed', {
        path: this.#path,
        advice,
      })
    }
    // Half-open, so that a caller may end its side and still read the answers.
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
    this.#placed = await placeSocket(server, this.#path, this.#access)
    this.#server = server
    server.on('error', (error) => this.#logger.warn('control socket failed to accept', { error: error.message }))
    this.#logger.debug('control socket listens', { path: this.#path })
  }

  async stop(): Promise<void> {
    if (this.#server !== undefined) this.#stopping ??= this.#close(this.#server)
    await this.#stopping
  }

  async #close(server: Server): Promise<void> {
    await this.#placed?.remove().catch((thrown: unknown) => {
      this.#logger.warn('control socket was not removed', { path: this.#path, error: coerceError(thrown).message })
    })
    const closed = new Promise((resolve) => server.close(resolve))
    await Promise.all([...this.#sessions.keys()].map((session) => session.end()))
    await closed
    this.#server = undefined
    this.#stopping = undefined
  }

  #accept(socket: Socket): void {
    if (this.#sessions.size >= this.#maxConnections) {
      this.#refuse(socket)
      return
    }
    const session = new Session({
      socket,
      rpc: this.#rpc,
      connection: ++this.#connections,
      limits: this.#limits,
      logger: this.#logger,
      clock: this.#clock,
      greeting: {
        name: this.#options.name ?? '',
        version: this.#version,
        readOnly: this.#options.readOnlyBeside !== undefined,
      },
    })
    const ended = session.run().finally(() => this.#sessions.delete(session))
    this.#sessions.set(session, ended)
  }

  #refuse(socket: Socket): void {
    this.#logger.warn('control connection refused: too many', { limit: this.#maxConnections })
    const why = `this daemon serves ${this.#maxConnections} control connections already; close one and try again`
    socket.on('error', () => undefined)
    socket.end(encodeFrame(errorReply(null, faultOf(new RqdError('RQD_UNREACHABLE', why)))), () => socket.destroy())
  }

  #buildRpc(served: Served, version: string): jsonRpc.JSONRPCServer<SessionContext> {
    const rpc = new JSONRPCServer<SessionContext>({
      errorListener: (_message, thrown) => {
        if (thrown instanceof RqdError) return
        const { message, stack } = coerceError(thrown)
        this.#logger.error('a control method failed inside', { error: message, stack })
      },
    })
    rpc.mapErrorToJSONRPCErrorResponse = (id, thrown) => errorReply(id, faultOf(thrown))
    rpc.handleMethodNotFound = ({ id, method }) => {
      if (id === undefined) return Promise.resolve(null)
      const hint = didYouMean(method, methodNames) || '; rpc.discover lists what there is'
      return Promise.resolve(errorReply(id, standardFault('method', `no method ${JSON.stringify(method)}${hint}`)))
    }
    const answer = bindTenants(served, version)
    for (const name of methodNames) {
      rpc.addMethod(name, (params: unknown, context) => {
        const request = addressed(params)
        const call = (): Promise<unknown> => answer(name, request, context)
        return methods[name].changes ? this.#change(name, request, context, call) : call()
      })
    }
    return rpc
  }

  #change<T>(method: string, request: Addressed, context: SessionContext, call: () => Promise<T>): Promise<T> {
    // Node does not tell who is at the other end of a Unix socket. Its mode tells who can be.
    const caller = (): Caller => ({
      connection: context.connection,
      socket: this.#path,
      users: describeAccess(this.#access, ownUid()),
      says: context.says(),
    })
    const { readOnlyBeside: full } = this.#options
    const run = full === undefined ? call : (): Promise<T> => Promise.reject(readOnly(method, this.#path, full))
    return audited({ logger: this.#logger, clock: this.#clock }, { method, ...request }, caller, run)
  }

  get #version(): string {
    return this.#options.version ?? ownVersion
  }
}

function readOnly(method: string, path: string, full: string): RqdError {
  const text = `${method} changes something, and the socket ${path} is for reading only: use ${full}, if you may`
  return new RqdError('RQD_READ_ONLY', text)
}
