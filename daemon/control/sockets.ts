import type { Service } from '../../src/service.js'
import type { Config } from '../config/schema.js'
import { ControlServer, type ControlServerOptions } from './server.js'
import { socketAccess } from './socket-access.js'
import { checkSocketPath } from './socket-path.js'

type Options = Pick<Config, 'socketMode' | 'socketGroup' | 'readSocket' | 'readSocketMode' | 'readSocketGroup'>

/** The sockets of a daemon: the full one, and beside it, if wanted, one on which nothing can be changed. */
export class ControlSockets implements Service {
  readonly #servers: readonly ControlServer[]

  private constructor(servers: readonly ControlServer[]) {
    this.#servers = servers
  }

  /** `path`: of the full one. @throws RqdError RQD_BAD_OPTION for a path or group that cannot be. */
  static async make(
    served: Omit<ControlServerOptions, 'path' | 'access' | 'readOnlyBeside'>,
    { socketMode, socketGroup, readSocket, readSocketMode, readSocketGroup }: Options,
    path: string,
  ): Promise<ControlSockets> {
    const access = await socketAccess(socketMode, socketGroup, 'socket-group')
    const full = new ControlServer({ ...served, path, access })
    if (readSocket === undefined) return new ControlSockets([full])
    const readAccess = await socketAccess(readSocketMode, readSocketGroup, 'read-socket-group')
    const readOnlyBeside = checkSocketPath(path)
    return new ControlSockets([
      full,
      new ControlServer({ ...served, path: readSocket, access: readAccess, readOnlyBeside }),
    ])
  }

  /** @throws RqdError as ControlServer does. */
  async start(): Promise<void> {
    for (const server of this.#servers) await server.start()
  }

  async stop(): Promise<void> {
    await Promise.all(this.#servers.map((server) => server.stop()))
  }
}
