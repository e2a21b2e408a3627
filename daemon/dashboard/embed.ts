import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Redis } from 'ioredis'
import { systemClock } from '../../src/clock.js'
import { RqdError } from '../../src/errors.js'
import { type Logger, silentLogger } from '../../src/logger.js'
import { systemRandom } from '../../src/random.js'
import { createKeys } from '../../src/redis/keys.js'
import { Store } from '../../src/redis/store.js'
import { DataHere } from '../data/here.js'
import type { MountedRequest } from './handler.js'
import { mountDashboard } from './mount.js'
import type { Authenticate } from './visitor.js'

export type { Authenticate, Role, Visitor } from './visitor.js'

export interface DashboardOptions {
  /** Where the jobs are. It stays yours: closing the dashboard does not close it. */
  readonly connection: Redis
  /** Says who asks, and what they may do; undefined for somebody who may see nothing. */
  readonly authenticate: Authenticate
  /** Of all keys; default `rq`. */
  readonly prefix?: string
  /**
   * What forms are signed with, 16 characters or more. Needed only where several processes serve one dashboard: it must
   * be the same in all of them. Default: made up.
   */
  readonly secret?: string
  /** Told of every action, and of what fails. Default: nobody. */
  readonly logger?: Logger
}

/** What frameworks call when a plugin is registered, as far as it is used here. */
interface FastifyLike {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: '*',
    parse: (request: unknown, payload: unknown, done: (error: null) => void) => void,
  ): unknown
  all(path: string, handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => void): unknown
  addHook(name: 'preClose', hook: (done: () => void) => void): unknown
  readonly prefix: string
}

interface FastifyRequestLike {
  readonly raw: IncomingMessage
}

interface FastifyReplyLike {
  readonly raw: ServerResponse
  hijack(): unknown
}

/** The dashboard, to be mounted in an application. */
export interface EmbeddedDashboard {
  /** For Express and what is like it: `app.use('/rq', board.handler)`. Also for `http.createServer`. */
  readonly handler: (request: IncomingMessage, response: ServerResponse) => void
  /** For Fastify: `app.register(board.fastify, { prefix: '/rq' })`. */
  readonly fastify: (instance: FastifyLike, options: unknown, done: () => void) => void
  /** Ends pages that are followed live, and bulk runs after the step that they are in. */
  close(): Promise<void>
}

/**
 * The dashboard as a handler for an application's own server. It needs Redis alone, no daemon.
 * @throws RqdError RQD_BAD_OPTION for a secret that is too short
 */
export function createDashboard(options: DashboardOptions): EmbeddedDashboard {
  const { connection, authenticate, prefix, secret, logger = silentLogger } = options
  if (secret !== undefined && secret.length < 16) {
    throw new RqdError('RQD_BAD_OPTION', `secret has ${secret.length} characters; expected 16 or more`)
  }
  const mounted = mountDashboard({
    data: new DataHere({ store: new Store(connection, createKeys(prefix)), clock: systemClock, random: systemRandom }),
    admission: { kind: 'application', authenticate },
    clock: systemClock,
    logger,
    secret,
  })
  return {
    handler: (request: MountedRequest, response) => {
      const base = typeof request.baseUrl === 'string' ? request.baseUrl : ''
      void mounted.handle(request, response, { base, path: pathOf(request.url) })
    },
    fastify: (instance, _, done) => {
      // Forms are read here; without this, Fastify refuses what it does not know.
      instance.removeAllContentTypeParsers()
      instance.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null))
      // The server waits for answers under way when it closes, and pages that are followed live never end.
      instance.addHook('preClose', (closed) => void mounted.close().then(closed))
      const depth = instance.prefix.split('/').filter((part) => part !== '').length
      const answer = ({ raw }: FastifyRequestLike, reply: FastifyReplyLike): void => {
        reply.hijack()
        void mounted.handle(raw, reply.raw, placeBelow(pathOf(raw.url), depth))
      }
      instance.all('/', answer)
      instance.all('/*', answer)
      done()
    },
    close: () => mounted.close(),
  }
}

/** The first parts of a path are where we are mounted; as they are asked for, since a prefix may hold parameters. */
function placeBelow(path: string, depth: number): { base: string; path: string } {
  const base = path.split('/', depth + 1).join('/')
  return { base, path: path.slice(base.length) }
}

function pathOf(url = '/'): string {
  return url.split('?', 1)[0] ?? '/'
}
