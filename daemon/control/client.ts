import { type Socket, connect as connectSocket } from 'node:net'
import type * as jsonRpc from 'json-rpc-2.0'
import type { JSONRPCResponse } from 'json-rpc-2.0'
import { deferred } from '../../src/deferred.js'
import { RqdError, coerceError } from '../../src/errors.js'
import { requirePackage } from '../../src/require.js'
import { type DaemonEvent, EVENT } from '../events/event.js'
import { misfit, misfitOfEvent, misfitOfProgress, misfitOfRollout } from './answers.js'
import { errorOf, faultCodes } from './faults.js'
import { LineSplitter, encodeFrame } from './framing.js'
import { DRAIN_PROGRESS, ROLLOUT_PROGRESS, type DrainProgress, type RolloutProgress } from './operations.js'
import type { MethodName, ParamsIn, Result } from './protocol.js'
import { checkSocketPath } from './socket-path.js'

const { JSONRPCClient, createJSONRPCErrorResponse } = requirePackage('json-rpc-2.0') as typeof jsonRpc

export interface ClientOptions {
  /** Bound for connecting and, unless a call says otherwise, for each call, milliseconds. */
  readonly timeoutMs: number
  /** Whom calls are about, unless one says otherwise; undefined: the daemon as a whole. */
  readonly tenant?: string | undefined
  /** Told of a drain under way. */
  readonly onProgress?: (progress: DrainProgress) => void
  /** Told of a change of the executors under way. */
  readonly onRollout?: (progress: RolloutProgress) => void
  /** Told of events once it has subscribed. */
  readonly onEvent?: (event: DaemonEvent) => void
}

/** Largest answer that is taken, bytes: a daemon with very many queues has a long status. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024

/** A connection to a running daemon. */
export class ControlClient {
  readonly #path: string
  readonly #socket: Socket
  readonly #rpc: jsonRpc.JSONRPCClient
  readonly #options: ClientOptions
  readonly #closed = deferred<RqdError>()
  /** Why no further answer will come. */
  #ended: RqdError | undefined

  private constructor(path: string, socket: Socket, options: ClientOptions) {
    this.#path = path
    this.#socket = socket
    this.#options = options
    this.#rpc = new JSONRPCClient((request: unknown) => {
      socket.write(encodeFrame(request))
    })
    const splitter = new LineSplitter(MAX_REPLY_BYTES)
    socket.on('data', (chunk: Buffer) => {
      for (const frame of splitter.push(chunk)) {
        if (frame.kind === 'line') this.#take(frame.text)
        else this.#giveUp(protocolError(path, 'sent a line that cannot be read'))
      }
    })
    socket.on('error', (error) => this.#giveUp(unreachable(path, error)))
    socket.on('close', () => this.#giveUp(unreachable(path)))
  }

  /**
   * Connect to the daemon whose socket lies at `path`.
   * @throws RqdError RQD_UNREACHABLE if nobody answers there, RQD_TIMEOUT, RQD_BAD_OPTION for an impossible path.
   */
  static connect(path: string, options: ClientOptions): Promise<ControlClient> {
    const full = checkSocketPath(path)
    return new Promise((resolve, reject) => {
      const socket = connectSocket(full)
      const late = setTimeout(() => {
        socket.destroy()
        reject(new RqdError('RQD_TIMEOUT', `the daemon on ${full} took no connection within ${options.timeoutMs} ms`))
      }, options.timeoutMs)
      socket.once('error', (error) => {
        clearTimeout(late)
        reject(unreachable(full, error))
      })
      socket.once('connect', () => {
        clearTimeout(late)
        socket.removeAllListeners('error')
        resolve(new ControlClient(full, socket, options))
      })
    })
  }

  /**
   * Call a method. `timeoutMs`: bound for this call, null for none. `tenant`: whom it is about.
   * @throws RqdError with the daemon's code; RQD_TIMEOUT, RQD_UNREACHABLE, RQD_PROTOCOL.
   */
  async call<M extends MethodName>(
    method: M,
    params: ParamsIn<M>,
    {
      timeoutMs = this.#options.timeoutMs,
      tenant = this.#options.tenant,
    }: { timeoutMs?: number | null; tenant?: string | undefined } = {},
  ): Promise<Result<M>> {
    if (this.#ended !== undefined) throw this.#ended
    const requester = timeoutMs === null ? this.#rpc : this.#rpc.timeout(timeoutMs, (id) => late(id, method, timeoutMs))
    let answer: unknown
    try {
      answer = await requester.request(method, tenant === undefined ? params : { ...params, tenant }, undefined)
    } catch (thrown) {
      throw this.#failure(thrown)
    }
    const found = await misfit(method, answer)
    if (found === undefined) return answer as Result<M>
    throw protocolError(this.#path, `gave an answer to ${method} that this rqctl cannot read: ${found}`)
  }

  /** Tell the daemon something and expect no answer. */
  notify<M extends MethodName>(method: M, params: ParamsIn<M>): void {
    if (this.#ended === undefined) this.#rpc.notify(method, params, undefined)
  }

  /** Resolves when no further answer will come, with the reason. */
  get closed(): Promise<RqdError> {
    return this.#closed.promise
  }

  /** Hang up. Calls under way fail with RQD_UNREACHABLE. */
  close(): void {
    this.#socket.destroy()
  }

  #take(text: string): void {
    let message: (Partial<JSONRPCResponse> & { method?: unknown; params?: unknown }) | null
    try {
      message = JSON.parse(text) as typeof message
    } catch (thrown) {
      this.#giveUp(protocolError(this.#path, `sent a line that is no JSON: ${coerceError(thrown).message}`))
      return
    }
    if (typeof message !== 'object' || message === null) return
    if (message.method === DRAIN_PROGRESS) {
      const { params } = message
      if (misfitOfProgress(params) === undefined) this.#options.onProgress?.(params as DrainProgress)
    } else if (message.method === EVENT) {
      const { params } = message
      if (misfitOfEvent(params) === undefined) this.#options.onEvent?.(params as DaemonEvent)
    } else if (message.method === ROLLOUT_PROGRESS) {
      const { params } = message
      if (misfitOfRollout(params) === undefined) this.#options.onRollout?.(params as RolloutProgress)
    } else if (message.id === null && message.error !== undefined) {
      // Nobody knows which request it answers.
      this.#giveUp(errorOf(message.error))
    } else if (message.id !== undefined) {
      this.#rpc.receive(message as JSONRPCResponse)
    }
  }

  // A call that was cut off fails for the reason that cut it off.
  #failure(thrown: unknown): RqdError {
    return this.#ended ?? errorOf(thrown as { code: number; message: string; data?: unknown })
  }

  #giveUp(error: RqdError): void {
    this.#ended ??= error
    this.#closed.resolve(this.#ended)
    this.#rpc.rejectAllPendingRequests(error.message)
    this.#socket.destroy()
  }
}

function late(id: Parameters<typeof createJSONRPCErrorResponse>[0], method: string, timeoutMs: number) {
  const message = `the daemon did not answer ${method} within ${timeoutMs} ms`
  return createJSONRPCErrorResponse(id, faultCodes.RQD_TIMEOUT, message, { code: 'RQD_TIMEOUT' })
}

function protocolError(path: string, found: string): RqdError {
  return new RqdError('RQD_PROTOCOL', `the daemon on ${path} ${found}`)
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no socket',
  ECONNREFUSED: 'nobody listens on it',
  EACCES: 'this user may not connect',
  ENOTSOCK: 'it is no socket',
}

function unreachable(path: string, cause?: NodeJS.ErrnoException): RqdError {
  const next = 'start one with "rqd", or name its socket with --socket'
  if (cause === undefined) return new RqdError('RQD_UNREACHABLE', `the daemon on ${path} hung up before it answered`)
  const why = REASONS[cause.code ?? ''] ?? cause.message
  return new RqdError('RQD_UNREACHABLE', `no daemon answers on ${path}: ${why}; ${next}`, { cause })
}
