import { once } from 'node:events'
import type { Socket } from 'node:net'
import type * as jsonRpc from 'json-rpc-2.0'
import type { JSONRPCErrorResponse, JSONRPCRequest, JSONRPCResponse, JSONRPCServer } from 'json-rpc-2.0'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { requirePackage } from '../../src/require.js'
import { standardFault } from './faults.js'
import { type Frame, LineSplitter, encodeFrame } from './framing.js'
import type { CallContext } from './methods.js'
import { DRAIN_PROGRESS, ROLLOUT_PROGRESS } from './operations.js'
import { errorReply, isErrorReply, readMessage } from './request.js'

const { createJSONRPCNotification } = requirePackage('json-rpc-2.0') as typeof jsonRpc

/** What a method is told of the connection that calls it. */
export interface SessionContext extends CallContext {
  /** Number of the connection, counted from 1 since the daemon started. */
  readonly connection: number
}

export interface SessionLimits {
  readonly maxFrameBytes: number
  /** Requests of one connection that may be under way at once; further ones wait unread. */
  readonly maxInFlight: number
}

/**
 * One connection. Requests run side by side and are answered as they end. Reading stops while too many are under way
 * or while the other side does not take its answers, so memory stays bounded. A caller that ends its side (`nc -N`) still
 * gets its answers.
 */
export class Session {
  readonly #socket: Socket
  readonly #rpc: JSONRPCServer<SessionContext>
  readonly #limits: SessionLimits
  readonly #logger: Logger
  readonly #context: SessionContext
  readonly #inFlight = new Set<Promise<unknown>>()
  #roomToWrite: Promise<unknown> | undefined

  constructor(options: {
    socket: Socket
    rpc: JSONRPCServer<SessionContext>
    connection: number
    limits: SessionLimits
    logger: Logger
  }) {
    const { socket, connection } = options
    this.#socket = socket
    this.#rpc = options.rpc
    this.#limits = options.limits
    this.#logger = options.logger
    this.#context = {
      connection,
      // Progress is only worth sending to those who read it.
      onProgress: (progress) => {
        if (this.#roomToWrite === undefined) this.#send(createJSONRPCNotification(DRAIN_PROGRESS, progress))
      },
      onRollout: (progress) => {
        if (this.#roomToWrite === undefined) this.#send(createJSONRPCNotification(ROLLOUT_PROGRESS, progress))
      },
    }
    socket.on('error', (error) =>
      options.logger.debug('control connection broke', { connection, error: error.message }),
    )
  }

  /** Serve until the other side has ended and its last request is answered. Never rejects. */
  async run(): Promise<void> {
    const splitter = new LineSplitter(this.#limits.maxFrameBytes)
    try {
      const chunks: AsyncIterable<Buffer> = this.#socket.iterator({ destroyOnReturn: false })
      for await (const chunk of chunks) await this.#takeAll(splitter.push(chunk))
      await this.#takeAll(splitter.end())
      await Promise.all(this.#inFlight)
      await this.end()
    } catch (thrown) {
      const { connection } = this.#context
      this.#logger.debug('control connection ended early', { connection, error: coerceError(thrown).message })
    } finally {
      this.#socket.destroy()
    }
  }

  /** Hang up once what was written has gone out, at the latest after `patienceMs`. */
  async end(patienceMs = 500): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed) return
    const late = setTimeout(() => socket.destroy(), patienceMs)
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
      socket.end(() => resolve())
    })
    clearTimeout(late)
    socket.destroy()
  }

  async #takeAll(frames: readonly Frame[]): Promise<void> {
    for (const frame of frames) await this.#take(frame)
  }

  async #take(frame: Frame): Promise<void> {
    await this.#roomToWrite
    if (frame.kind !== 'line') {
      const found = frame.kind === 'too-long' ? `is longer than ${frame.limit} bytes` : 'is not UTF-8'
      this.#send(errorReply(null, standardFault('parse', `the line ${found}`)))
      return
    }
    const message = readMessage(frame.text)
    if (message.kind === 'single') {
      await this.#start(message.request, (reply) => {
        if (reply !== null) this.#send(reply)
      })
      return
    }
    const replies: JSONRPCResponse[] = []
    let left = message.requests.length
    for (const request of message.requests) {
      await this.#start(request, (reply) => {
        if (reply !== null) replies.push(reply)
        if (--left === 0 && replies.length > 0) this.#send(replies)
      })
    }
  }

  // Resolves when the request is under way, not when it is answered.
  async #start(
    item: JSONRPCRequest | JSONRPCErrorResponse,
    answer: (reply: JSONRPCResponse | null) => void,
  ): Promise<void> {
    while (this.#inFlight.size >= this.#limits.maxInFlight) await Promise.race(this.#inFlight)
    const running = this.#reply(item)
      .then(answer)
      .catch((thrown: unknown) => {
        this.#logger.error('a control request could not be answered', { error: coerceError(thrown).message })
      })
      .finally(() => this.#inFlight.delete(running))
    this.#inFlight.add(running)
  }

  async #reply(item: JSONRPCRequest | JSONRPCErrorResponse): Promise<JSONRPCResponse | null> {
    return isErrorReply(item) ? item : this.#rpc.receive(item, this.#context)
  }

  #send(message: unknown): void {
    const socket = this.#socket
    if (!socket.writable || socket.write(encodeFrame(message)) || this.#roomToWrite !== undefined) return
    // Whichever comes first; the loser's listener goes with the socket's close.
    const settled = new AbortController()
    const { signal } = settled
    const ignore = (): undefined => undefined
    this.#roomToWrite = Promise.race([
      once(socket, 'drain', { signal }).catch(ignore),
      once(socket, 'close', { signal }).catch(ignore),
    ]).finally(() => {
      this.#roomToWrite = undefined
      settled.abort()
    })
  }
}
