import { type Server, type Socket, createServer } from 'node:net'
import type * as jsonRpc from 'json-rpc-2.0'
import { RqdError, coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { requirePackage } from '../../src/require.js'
import type { Service } from '../../src/service.js'
import { version as ownVersion } from '../../src/version.js'
import { faultOf, standardFault } from './faults.js'
import { MAX_FRAME_BYTES, encodeFrame } from './framing.js'
import { type Served, bindMethods } from './methods.js'
import { methodNames, methods } from './protocol.js'
import { errorReply } from './request.js'
import { Session, type SessionContext } from './session.js'
import { type PlacedSocket, placeSocket } from './socket-file.js'
import { checkSocketPath, ensureSocketFolder, ownUid } from './socket-path.js'
import { didYouMean } from './spelling.js'

const { JSONRPCServer } = requirePackage('json-rpc-2.0') as typeof jsonRpc

export interface ControlServerOptions extends Served {
  readonly path: string
  readonly logger: Logger
  /** Shown by `rpc.discover`; this package's by default. */
  readonly version?: string
  /** Connections served at once; further ones are told so and closed. Default 64. */
  readonly maxConnections?: number
  /** Requests of one connection under way at once; further ones wait. Default 32. */
  readonly maxInFlight?: number
  /** Default 1 MiB. */
  readonly maxFrameBytes?: number
}

/** Serves the operations of a daemon on a Unix socket. */
export class ControlServer implements Service {
  readonly #path: string
  readonly #logger: Logger
  readonly #rpc: jsonRpc.JSONRPCServer<SessionContext>
  readonly #maxConnections: number
  readonly #limits: { maxFrameBytes: number; maxInFlight: number }
  readonly #sessions = new Map<Session, Promise<void>>()
  #connections = 0
  #server: Server | undefined
  #placed: PlacedSocket | undefined
  #stopping: Promise<void> | undefined

  /** @throws RqdError RQD_BAD_OPTION if no socket can have the path. */
  constructor(options: ControlServerOptions) {
    this.#path = checkSocketPath(options.path)
    this.#logger = options.logger
    this.#maxConnections = options.maxConnections ?? 64
    this.#limits = { maxFrameBytes: options.maxFrameBytes ?? MAX_FRAME_BYTES, maxInFlight: options.maxInFlight ?? 32 }
    this.#rpc = this.#buildRpc(options, options.version ?? ownVersion)
  }

  /** @throws RqdError RQD_SOCKET_IN_USE if another daemon owns the path, RQD_BAD_OPTION if its folder is not safe. */
  async start(): Promise<void> {
    await ensureSocketFolder(this.#path)
    // Half-open, so that a caller may end its side and still read the answers.
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#accept(socket))
    this.#placed = await placeSocket(server, this.#path)
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
    const handlers = bindMethods(served, version)
    for (const name of methodNames) {
      rpc.addMethod(name, (params: unknown, context) => {
        if (methods[name].changes) this.#logCall(name, params, context)
        return handlers[name](params, context)
      })
    }
    return rpc
  }

  // Node does not tell who is at the other end of a Unix socket. Its mode does: this user, or root.
  #logCall(method: string, params: unknown, { connection }: SessionContext): void {
    const text = params === undefined ? '' : JSON.stringify(params)
    this.#logger.info('control call', {
      method,
      params: text.length > 200 ? `${text.slice(0, 199)}…` : text,
      connection,
      caller: `a process of uid ${ownUid()} or root`,
    })
  }
}
