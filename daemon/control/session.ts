import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type * as jsonRpc from 'json-rpc-2.0'
import type { JSONRPCErrorResponse, JSONRPCRequest, JSONRPCResponse, JSONRPCServer } from 'json-rpc-2.0'
import type { Clock } from '../../src/clock.js'
import { coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import { requirePackage } from '../../src/require.js'
import { EVENT } from '../events/event.js'
import { standardFault } from './faults.js'
import { type Frame, LineSplitter, encodeFrame } from './framing.js'
import type { CallContext } from './methods.js'
import { DRAIN_PROGRESS, ROLLOUT_PROGRESS } from './operations.js'
import { Rate, type RateLimit } from './rate.js'
import { errorReply, isErrorReply, readMessage } from './request.js'
import type { Greeting, SaysOfItself } from './session-methods.js'
import { Subscription } from './subscription.js'

const { createJSONRPCNotification } = requirePackage('json-rpc-2.0') as typeof jsonRpc

/** What a method is told of the connection that calls it. */
export interface SessionContext extends CallContext {
  /** Number of the connection, counted from 1 since the daemon started. */
  readonly connection: number
  /** What the caller has said of itself. */
  readonly says: () => SaysOfItself | undefined
}

export interface SessionLimits {
  readonly maxFrameBytes: number
  /** Requests of one connection that may be under way at once; further ones wait unread. */
  readonly maxInFlight: number
  /** Beyond it, requests are read more slowly. */
  readonly rate: RateLimit
}

/** Events that may wait for the other side to read them, bytes; further ones are dropped. */
const MAX_UNREAD_BYTES = 1024 * 1024

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
  readonly #clock: Clock
  readonly #rate: Rate
  readonly #subscription: Subscription
  #says: SaysOfItself | undefined
  #roomToWrite: Promise<unknown> | undefined

  constructor(options: {
    socket: Socket
    rpc: JSONRPCServer<SessionContext>
    connection: number
    limits: SessionLimits
    logger: Logger
    clock: Clock
    greeting: Greeting
  }) {
    const { socket, connection, clock } = options
    this.#socket = socket
    this.#rpc = options.rpc
    this.#limits = options.limits
    this.#logger = options.logger
    this.#clock = clock
    this.#rate = new Rate(options.limits.rate, clock.monoMs())
    this.#subscription = new Subscription({
      hasRoom: () => socket.writableLength < MAX_UNREAD_BYTES,
      send: (event) => this.#send(createJSONRPCNotification(EVENT, event)),
    })
    this.#context = {
      connection,
      says: () => this.#says,
      greet: (says) => {
        this.#says = says
        return options.greeting
      },
      subscribe: (filter, hub) => this.#subscription.begin(filter, hub),
      unsubscribe: () => this.#subscription.end(),
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
      this.#subscription.end()
      this.#socket.destroy()
    }
  }

  /** Hang up once what was written has gone out, at the latest after `patienceMs`. */
  async end(patienceMs = 500): Promise<void> {
    const socket = this.#socket
    this.#subscription.end()
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
    await this.#slowDown()
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
    for (const [i, request] of message.requests.entries()) {
      // The batch itself has counted for the first.
      if (i > 0) await this.#slowDown()
      await this.#start(request, (reply) => {
        if (reply !== null) replies.push(reply)
        if (--left === 0 && replies.length > 0) this.#send(replies)
      })
    }
  }

  // While this waits nothing is read, so the other side is held up and no memory is used.
  async #slowDown(): Promise<void> {
    const waitMs = this.#rate.take(this.#clock.monoMs())
    if (waitMs > 0) await delay(waitMs)
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
