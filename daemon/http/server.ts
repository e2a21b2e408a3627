import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { RqdError, coerceError } from '../../src/errors.js'
import type { Logger } from '../../src/logger.js'
import type { Service } from '../../src/service.js'
import { type PlacedSocket, placeSocket } from '../control/socket-file.js'
import { ensureSocketFolder } from '../control/socket-path.js'
import { type HttpAddress, isLocal, showHttpAddress } from './address.js'
import { refuseHost, refuseToken } from './guard.js'

/** What is answered. */
export interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** What lies under one path. `open`: it tells nothing of jobs, so that no token is asked for. */
export interface Route {
  readonly open: boolean
  readonly answer: () => Answer | Promise<Answer>
}

export interface HttpServerOptions {
  readonly address: HttpAddress
  /** Names under which it may be asked for, beside addresses and `localhost`. */
  readonly hosts: readonly string[]
  /** One of these is asked for by all routes that are not open; none: nothing is asked for. */
  readonly tokens: readonly string[]
  readonly routes: ReadonlyMap<string, Route>
  /** Answers what no route does, by rules of its own, to whoever asks for a host of ours; undefined: there is no more. */
  readonly site?: Site | undefined
  readonly logger: Logger
}

/** Answers all paths but those of the routes, whoever may see them. */
export interface Site {
  handle(request: IncomingMessage, response: ServerResponse, place: { base: string; path: string }): Promise<void>
  close(): Promise<void>
}

const REQUEST_LIMIT_MS = 10_000
const MAX_CONNECTIONS = 256
/** How long answers under way may take when the daemon stops. */
const STOP_LIMIT_MS = 500

/** Serves a few documents to monitors, which change nothing, and beside them a site. */
export class HttpServer implements Service {
  readonly #options: HttpServerOptions
  readonly #server: Server
  #placed: PlacedSocket | undefined

  /** @throws RqdError RQD_BAD_OPTION for an address that others reach, without a token. */
  constructor(options: HttpServerOptions) {
    const { address, tokens } = options
    if (!isLocal(address) && tokens.length === 0) {
      const shown = showHttpAddress(address)
      const text = `the HTTP listener is to be on ${shown}, where other machines reach it, without a token: set http-token or http-view-token, or listen on 127.0.0.1`
      throw new RqdError('RQD_BAD_OPTION', text)
    }
    this.#options = options
    this.#server = createServer({ requestTimeout: REQUEST_LIMIT_MS, headersTimeout: REQUEST_LIMIT_MS }, (...pair) => {
      void this.#answer(...pair)
    })
    this.#server.maxConnections = MAX_CONNECTIONS
  }

  /** @throws RqdError RQD_SOCKET_IN_USE, RQD_BAD_OPTION */
  async start(): Promise<void> {
    const { address, logger } = this.#options
    if (address.kind === 'unix') {
      await ensureSocketFolder(address.path)
      this.#placed = await placeSocket(this.#server, address.path)
    } else {
      await this.#listen(address.host, address.port)
    }
    this.#server.on('error', (error) => logger.warn('the HTTP listener failed to accept', { error: error.message }))
    logger.info('HTTP listener ready', { address: this.address })
  }

  async stop(): Promise<void> {
    await this.#placed?.remove()
    await this.#options.site?.close()
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    this.#server.closeIdleConnections()
    const late = setTimeout(() => this.#server.closeAllConnections(), STOP_LIMIT_MS)
    await closed
    clearTimeout(late)
  }

  /** Where it listens, with the port that it got. */
  get address(): string {
    const bound = this.#server.address()
    return showHttpAddress(this.#options.address, typeof bound === 'object' ? bound?.port : undefined)
  }

  #listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        const shown = showHttpAddress(this.#options.address)
        reject(
          error.code === 'EADDRINUSE'
            ? new RqdError('RQD_SOCKET_IN_USE', `another program listens on ${shown}; choose another port for http`)
            : new RqdError('RQD_BAD_OPTION', `cannot listen on ${shown}: ${error.message}`),
        )
      })
      this.#server.listen({ host, port }, () => {
        this.#server.removeAllListeners('error')
        resolve()
      })
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { site, routes, hosts } = this.#options
    const path = pathOf(request)
    if (site !== undefined && !routes.has(path) && refuseHost(request.headers, hosts) === undefined) {
      return site.handle(request, response, { base: '', path })
    }
    let answer: Answer
    try {
      answer = await this.#find(request)
    } catch (thrown) {
      this.#options.logger.error('an HTTP request failed', {
        path: pathOf(request),
        error: coerceError(thrown).message,
      })
      answer = plain(500, 'the daemon failed inside; its log has more')
    }
    response.writeHead(answer.status, {
      'content-type': answer.type,
      'content-length': Buffer.byteLength(answer.body),
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'",
      'x-content-type-options': 'nosniff',
      ...(answer.status === 401 ? { 'www-authenticate': 'Bearer realm="rqd"' } : {}),
      ...(answer.status === 405 ? { allow: 'GET, HEAD' } : {}),
    })
    response.end(request.method === 'HEAD' ? undefined : answer.body)
  }

  async #find(request: IncomingMessage): Promise<Answer> {
    const { hosts, tokens, routes } = this.#options
    const { host, authorization } = request.headers
    const path = pathOf(request)
    const route = routes.get(path)
    const refused =
      refuseHost({ host }, hosts) ?? (route?.open === true ? undefined : refuseToken({ authorization }, tokens))
    if (refused !== undefined) return plain(refused.status, refused.text)
    if (route === undefined) return plain(404, `there is nothing here; there are ${[...routes.keys()].join(', ')}`)
    if (request.method === 'GET' || request.method === 'HEAD') return route.answer()
    return plain(405, `found ${request.method ?? 'no method'}; expected GET or HEAD`)
  }
}

/** An answer of one line of text. */
export function plain(status: number, text: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${text}\n` }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0] ?? '/'
}
