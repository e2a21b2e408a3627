import type { ParamsIn, Result } from '../control/protocol.js'
import type { DataCaller } from './caller.js'
import { DataHere } from './here.js'
import type { DataAccess } from './method.js'
import type { DataMethodName } from './methods.js'

/** Runs the methods about data at rest in this process, over whatever connection there is when one is called. */
export class DataOver implements DataCaller {
  readonly #open: () => Promise<DataAccess>

  constructor(open: () => Promise<DataAccess>) {
    this.#open = open
  }

  async call<M extends DataMethodName>(name: M, params: ParamsIn<M>): Promise<Result<M>> {
    return new DataHere(await this.#open()).call(name, params)
  }
}
