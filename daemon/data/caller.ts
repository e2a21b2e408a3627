import type { ParamsIn, Result } from '../control/protocol.js'
import type { DataMethodName } from './methods.js'

/** Calls a method about data at rest, wherever it is answered. */
export interface DataCaller {
  call<M extends DataMethodName>(method: M, params: ParamsIn<M>): Promise<Result<M>>
}
