import { type ErrorCode, RqdError, coerceError } from '../../src/errors.js'

/** A fault as it stands in a reply. `data.code` is the stable name to branch on; the number serves JSON-RPC libraries. */
export interface Fault {
  readonly code: number
  readonly message: string
  readonly data?: { readonly code: ErrorCode }
}

/** What JSON-RPC 2.0 itself defines. `name` is sent as `data.code`; a bug of ours has none. */
export const standardFaults = {
  parse: { code: -32700, name: 'RQD_PROTOCOL', meaning: 'the line is no JSON, no UTF-8, or too long' },
  request: { code: -32600, name: 'RQD_PROTOCOL', meaning: 'the JSON is no JSON-RPC 2.0 request' },
  method: { code: -32601, name: 'RQD_PROTOCOL', meaning: 'there is no such method' },
  params: { code: -32602, name: 'RQD_BAD_OPTION', meaning: 'a parameter is unknown, missing or of the wrong kind' },
  internal: { code: -32603, name: undefined, meaning: 'the daemon failed inside; its log has more' },
} as const satisfies Record<string, { code: number; name: ErrorCode | undefined; meaning: string }>

/** The number of each error of ours. Numbers are never reused. */
export const faultCodes = {
  RQD_BAD_OPTION: -32000,
  RQD_BAD_DURATION: -32001,
  RQD_NO_SUCH_JOB: -32002,
  RQD_NO_SUCH_WORKER: -32003,
  RQD_INVALID_JOB_OPERATION: -32004,
  RQD_MALFORMED_JOB: -32005,
  RQD_BAD_PAYLOAD: -32006,
  RQD_UNREPRESENTABLE: -32007,
  RQD_UNKNOWN_FUNCTION: -32008,
  RQD_UNNAMED_FUNCTION: -32009,
  RQD_NAME_TAKEN: -32010,
  RQD_REDIS: -32011,
  RQD_REDIS_UNFIT: -32012,
  RQD_PROTOCOL: -32013,
  RQD_TIMEOUT: -32014,
  RQD_UNREACHABLE: -32015,
  RQD_SOCKET_IN_USE: -32016,
  RQD_EXECUTOR: -32017,
  RQD_DUPLICATE_JOB: -32018,
  RQD_RELOAD_REFUSED: -32020,
  RQD_NO_SUCH_GROUP: -32024,
  RQD_NO_SUCH_DAEMON: -32026,
  RQD_ORDER_REFUSED: -32027,
  RQD_READ_ONLY: -32030,
  RQD_NOT_REPLICATED: -32031,
} as const satisfies Record<ErrorCode, number>

/** A standard fault with its sentence. */
export function standardFault(kind: keyof typeof standardFaults, message: string): Fault {
  const { code, name } = standardFaults[kind]
  return name === undefined ? { code, message } : { code, message, data: { code: name } }
}

/** The fault of whatever a method threw. */
export function faultOf(thrown: unknown): Fault {
  if (thrown instanceof BadParamsError) return standardFault('params', thrown.message)
  if (thrown instanceof RqdError) {
    return { code: faultCodes[thrown.code], message: thrown.message, data: { code: thrown.code } }
  }
  return standardFault('internal', `the daemon failed inside: ${coerceError(thrown).message}`)
}

/** The error that a fault stands for, on the client's side. A name that this version does not know becomes RQD_PROTOCOL. */
export function errorOf(fault: { code: number; message: string; data?: unknown }): RqdError {
  const name = (fault.data as { code?: unknown } | null | undefined)?.code
  return new RqdError(isErrorCode(name) ? name : 'RQD_PROTOCOL', fault.message)
}

/** The parameters of a call do not fit the method's table entry. */
export class BadParamsError extends RqdError {
  constructor(message: string) {
    super('RQD_BAD_OPTION', message)
  }
}

function isErrorCode(name: unknown): name is ErrorCode {
  return typeof name === 'string' && Object.hasOwn(faultCodes, name)
}
