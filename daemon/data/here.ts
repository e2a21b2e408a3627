import { readParams } from '../control/params.js'
import type { ParamsIn, Result } from '../control/protocol.js'
import type { DataAccess, DataMethod } from './method.js'
import { type DataMethodName, dataMethods } from './methods.js'

/** Runs the methods about data at rest in this process, as a daemon would. */
export class DataHere {
  readonly #access: DataAccess

  constructor(access: DataAccess) {
    this.#access = access
  }

  /** @throws RqdError as a call of the daemon would. */
  async call<M extends DataMethodName>(name: M, params: ParamsIn<M>): Promise<Result<M>> {
    const method: DataMethod = dataMethods[name]
    return (await method.run(this.#access, readParams(name, params))) as Result<M>
  }
}
