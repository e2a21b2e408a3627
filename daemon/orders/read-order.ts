import type { OrderText } from '../../src/fleet/orders.js'

/** Longest text of an order that is looked at, characters. */
const MAX_LENGTH = 64 * 1024

/** Read an order as it came from Redis; undefined if it is none: there is nobody to answer then. */
export function readOrder(text: string): OrderText | undefined {
  if (text.length > MAX_LENGTH) return undefined
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { id, method, params, by } = value as Readonly<Record<string, unknown>>
  if (typeof id !== 'string' || id === '' || typeof method !== 'string') return undefined
  const isObject = typeof params === 'object' && params !== null
  return {
    id,
    method,
    // Parameters that are none are refused with all others that do not fit, and that is an answer.
    params: isObject ? (params as OrderText['params']) : {},
    by: typeof by === 'string' ? by.slice(0, 200) : '',
  }
}
