/**
 * The connection of objects that were given none. There is no other global state: without a context around them, and
 * without a push, such objects are refused.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Cluster, Redis } from 'ioredis'
import { RqdError } from './errors.js'

/** A client of ioredis: of one server, or of a Redis Cluster; then prefixes need a hash tag. */
export type Connection = Redis | Cluster

interface Context {
  /** The connection of `withConnection`; undefined outside of any. */
  readonly own: Redis | undefined
  /** Pushed within this context, the innermost last. */
  readonly pushed: Redis[]
}

const outermost: Context = { own: undefined, pushed: [] }

const contexts = new AsyncLocalStorage<Context>()

/**
 * Call `run` so that it, and all it awaits, uses `connection` wherever none is given. Contexts may be nested; the
 * innermost counts. The connection stays the caller's: nothing here closes it.
 * @returns what `run` returns
 */
export function withConnection<T>(connection: Connection, run: () => T): T {
  return contexts.run({ own: asRedis(connection), pushed: [] }, run)
}

/** Use `connection` wherever none is given, until `popConnection`: for tests. Within `withConnection` it holds there. */
export function pushConnection(connection: Connection): void {
  current().pushed.push(asRedis(connection))
}

/**
 * Undo the last `pushConnection` of this context.
 * @returns the connection that was pushed
 * @throws RqdError RQD_BAD_OPTION if there was none
 */
export function popConnection(): Redis {
  const popped = current().pushed.pop()
  if (popped !== undefined) return popped
  throw new RqdError('RQD_BAD_OPTION', 'popConnection: no connection is pushed here; expected a pushConnection before')
}

/**
 * The connection given, or the innermost one.
 * @param what for whom, to name it in the error
 * @throws RqdError RQD_BAD_OPTION if there is none
 */
export function connectionFor(what: string, given: Connection | undefined): Redis {
  const { own, pushed } = current()
  const connection = (given && asRedis(given)) ?? pushed.at(-1) ?? own
  if (connection !== undefined) return connection
  throw new RqdError(
    'RQD_BAD_OPTION',
    `${what} has no Redis connection: pass { connection: new Redis() } (ioredis), or call it within withConnection(redis, ...)`,
  )
}

function current(): Context {
  return contexts.getStore() ?? outermost
}

// The library uses what both have: commands, and pipelines of keys that lie in one slot.
function asRedis(connection: Connection): Redis {
  return connection as Redis
}
