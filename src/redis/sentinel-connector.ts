import { connect as connectTcp, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type * as ioredis from 'ioredis'
import { RqdError, coerceError } from '../errors.js'
import { requirePackage } from '../require.js'
import { askSentinels } from './ask-sentinels.js'
import type { SentinelAccess } from './sentinel-client.js'
import { watchOf } from './sentinel-watch.js'
import type { TlsMaterial } from './tls.js'

const { AbstractConnector } = requirePackage('ioredis') as typeof ioredis

/** How long a server has to close a connection that we have done with, before it is cut. */
const DISCONNECT_MS = 100

/**
 * Where ioredis gets its streams from behind Sentinel. Each attempt asks for the master anew. Its own connector ends for
 * good when it is told to reconnect while it asks, and tells nothing of why a sentinel refuses; this one gives back a
 * closed stream instead, after which ioredis tries again as after any other loss.
 * @param tls for Redis; undefined: none
 */
export function sentinelConnector(
  access: SentinelAccess,
  tls: TlsMaterial | undefined,
): ioredis.RedisOptions['Connector'] {
  return class extends AbstractConnector {
    #asking: AbortController | undefined

    constructor() {
      super(DISCONNECT_MS)
    }

    async connect(): Promise<Socket> {
      const asking = new AbortController()
      this.#asking = asking
      this.connecting = true
      delete this.firstError
      try {
        const watch = watchOf(access)
        const server = await askSentinels(access, asking.signal)
        if (asking.signal.aborted) return closedStream()
        const name = `${server.host}:${server.port}`
        if (watch.isLeft(name))
          throw new RqdError('RQD_REDIS', `the sentinels are about to name another master than ${name}`)
        const stream: Socket = tls === undefined ? connectTcp(server) : connectTls({ ...server, ...tls })
        // Cut at once: a frozen server would take no notice of a polite end.
        const unwatch = watch.listen((left) => {
          if (left === name) stream.destroy()
        })
        stream.once('close', unwatch)
        stream.once('error', (error) => (this.firstError = error))
        this.stream = stream
        return stream
      } catch (thrown) {
        if (!asking.signal.aborted) this.firstError = coerceError(thrown)
        return closedStream()
      }
    }

    /** A replica would refuse what we write, and what it tells may be old. */
    override check({ role }: { role?: string }): boolean {
      return role === undefined || role === 'master'
    }

    override disconnect(): void {
      this.#asking?.abort()
      super.disconnect()
    }
  }
}

function closedStream(): Socket {
  return new Socket().destroy()
}
