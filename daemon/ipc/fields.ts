import { RqdError } from '../../src/errors.js'

/** Checks of single fields of a message. Each throws RQD_PROTOCOL naming the message, the field, what was found and what was expected. */

export type Fields = Readonly<Record<string, unknown>>

export function asFields(value: unknown, type: string, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    return wrong(type, field, value, 'a map')
  }
  return value as Fields
}

export function text(fields: Fields, type: string, field: string): string {
  const value = fields[field]
  return typeof value === 'string' ? value : wrong(type, field, value, 'text')
}

export function textOrNil(fields: Fields, type: string, field: string): string | null {
  const value = fields[field]
  return value === null || typeof value === 'string' ? value : wrong(type, field, value, 'text or nil')
}

export function number(fields: Fields, type: string, field: string): number {
  const value = fields[field]
  return typeof value === 'number' && Number.isFinite(value) ? value : wrong(type, field, value, 'a finite number')
}

export function natural(fields: Fields, type: string, field: string): number {
  const value = fields[field]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return wrong(type, field, value, 'an integer of at least 0')
}

export function bytes(fields: Fields, type: string, field: string): Uint8Array {
  const value = fields[field]
  return value instanceof Uint8Array ? value : wrong(type, field, value, 'bytes')
}

export function list(fields: Fields, type: string, field: string): unknown[] {
  const value = fields[field]
  return Array.isArray(value) ? value : wrong(type, field, value, 'an array')
}

export function texts(fields: Fields, type: string, field: string): string[] {
  return list(fields, type, field).map((item) =>
    typeof item === 'string' ? item : wrong(type, `${field}[]`, item, 'text'),
  )
}

export function oneOf<T extends string>(fields: Fields, type: string, field: string, choices: readonly T[]): T {
  const value = fields[field]
  return choices.find((choice) => choice === value) ?? wrong(type, field, value, `one of ${choices.join(', ')}`)
}

export function wrong(type: string, field: string, found: unknown, expected: string): never {
  throw new RqdError('RQD_PROTOCOL', `bad ${type}: field ${field} is ${show(found)}: expected ${expected}`)
}

function show(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)
  if (typeof value === 'object' && value !== null) return 'a map'
  return String(value)
}
