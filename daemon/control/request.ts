import type * as jsonRpc from 'json-rpc-2.0'
import type { JSONRPCErrorResponse, JSONRPCID, JSONRPCRequest } from 'json-rpc-2.0'
import { requirePackage } from '../../src/require.js'
import { type Fault, standardFault } from './faults.js'

const { createJSONRPCErrorResponse } = requirePackage('json-rpc-2.0') as typeof jsonRpc

/** What a line asks for: one request, or several whose answers belong in one array. */
export type Message =
  | { readonly kind: 'single'; readonly request: JSONRPCRequest | JSONRPCErrorResponse }
  | { readonly kind: 'batch'; readonly requests: (JSONRPCRequest | JSONRPCErrorResponse)[] }

/** Most requests in one batch: its answers are held until the last one is there. */
export const MAX_BATCH = 100

/** Read a line as JSON-RPC 2.0. What is no request is replaced by the error that answers it. */
export function readMessage(text: string): Message {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown)
    return { kind: 'single', request: errorReply(null, standardFault('parse', `the line is no JSON: ${reason}`)) }
  }
  if (!Array.isArray(value)) return { kind: 'single', request: readRequest(value) }
  if (value.length > MAX_BATCH) {
    const found = `a batch holds at most ${MAX_BATCH} requests; found ${value.length}`
    return { kind: 'single', request: errorReply(null, standardFault('request', found)) }
  }
  if (value.length > 0) return { kind: 'batch', requests: value.map(readRequest) }
  return { kind: 'single', request: errorReply(null, standardFault('request', 'a batch needs at least one request')) }
}

/** Longest sentence of a fault: it may quote what the caller sent. */
const MAX_MESSAGE = 2_000

/** An error reply. */
export function errorReply(id: JSONRPCID, { code, message, data }: Fault): JSONRPCErrorResponse {
  const text = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE - 1)}…` : message
  return createJSONRPCErrorResponse(id, code, text, data)
}

export function isErrorReply(item: JSONRPCRequest | JSONRPCErrorResponse): item is JSONRPCErrorResponse {
  return 'error' in item
}

function readRequest(value: unknown): JSONRPCRequest | JSONRPCErrorResponse {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(null, 'a request is a JSON object')
  }
  const { jsonrpc, method, params, id, ...rest } = value as Record<string, unknown>
  if (id !== undefined && !isId(id)) return refuse(null, 'the id of a request is text, a number or null')
  const replyTo = id ?? null
  if (jsonrpc !== '2.0') return refuse(replyTo, 'a request needs "jsonrpc": "2.0"')
  if (typeof method !== 'string') return refuse(replyTo, 'a request needs a "method", which is text')
  if (params !== undefined && (typeof params !== 'object' || params === null)) {
    return refuse(replyTo, 'the "params" of a request are an object or an array')
  }
  if ('result' in rest || 'error' in rest) return refuse(replyTo, 'a request holds neither "result" nor "error"')
  return { jsonrpc, method, params, ...(id === undefined ? {} : { id }) }
}

function isId(id: unknown): id is JSONRPCID {
  return typeof id === 'string' || typeof id === 'number' || id === null
}

function refuse(id: JSONRPCID, message: string): JSONRPCErrorResponse {
  return errorReply(id, standardFault('request', message))
}
