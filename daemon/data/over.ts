import type { ParamsIn, Result } from '../control/protocol.js'
import type { DataCaller } from './caller.js'
import type { DataConnection } from './connection.js'
import { DataHere } from './here.js'
import type { DataMethodName } from './methods.js'

/** Runs the methods about data at rest in this process, over a connection that is made when it is first wanted. */
export class DataOver implements DataCaller {
  readonly #connection: DataConnection

  constructor(connection: DataConnection) {
    this.#connection = connection
  }

  async call<M extends DataMethodName>(name: M, params: ParamsIn<M>): Promise<Result<M>> {
    return new DataHere(await this.#connection.open()).call(name, params)
  }
}
