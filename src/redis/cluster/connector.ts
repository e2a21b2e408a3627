import { Socket, connect as connectSocket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type * as ioredis from 'ioredis'
import { coerceError } from '../../errors.js'
import { requirePackage } from '../../require.js'
import type { ClusterNode } from './address.js'
import type { SlotOwner } from './slot-owner.js'

const { AbstractConnector } = requirePackage('ioredis') as typeof ioredis

const ends = new WeakMap<object, ClusterNode>()

/** The node to which a stream leads that was made below, as it was named. */
export function nodeAt(stream: object): ClusterNode | undefined {
  return ends.get(stream)
}

/**
 * What ioredis makes its connections by: each one leads to the node that serves the slot then. Where none can be found
 * it is as if a connection had failed, so that it is tried again by the rules for that.
 */
export function slotConnector(owner: SlotOwner): NonNullable<ioredis.RedisOptions['Connector']> {
  return class SlotConnector extends AbstractConnector {
    constructor(options: unknown) {
      super((options as ioredis.RedisOptions).disconnectTimeout ?? 2_000)
    }

    async connect(): Promise<Socket> {
      this.connecting = true
      try {
        const { host, port } = await owner.find()
        // Somebody has hung up meanwhile.
        if (!this.isWanted) return this.#failed(new Error('Connection is closed.'))
        const { tls } = owner.address
        const stream = tls === undefined ? connectSocket({ host, port }) : connectTls({ host, port, ...tls })
        this.stream = stream
        ends.set(stream, { host, port })
        stream.once('error', (error: Error) => (this.firstError = error))
        return stream
      } catch (thrown) {
        return this.#failed(coerceError(thrown))
      }
    }

    private get isWanted(): boolean {
      return this.connecting
    }

    #failed(error: Error): Socket {
      this.firstError = error
      return new Socket().destroy()
    }
  }
}
