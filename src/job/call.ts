/** The call in a job's `data`: zlib of a serialized [function name, instance, args, kwargs] (wire-format 2.3). */
import { PayloadError, RqdError } from '../errors.js'
import { asTextDict } from '../serial/dict.js'
import { loadsJson } from '../serial/json.js'
import { readPickle } from '../serial/pickle/reader.js'
import { OpaqueValue, PythonValue, Tuple } from '../serial/python-values.js'
import { detectFormat, type SerializerName, serializerOf } from '../serial/serializer.js'
import { findOpaque } from '../serial/where.js'
import { deflate, inflate } from './compress.js'

/** What a job calls. */
export interface Call {
  /** Dotted name. */
  readonly func: string
  /** The Python object whose method it is: null in every call that JavaScript can run. */
  readonly instance: unknown
  readonly args: unknown[]
  readonly kwargs: Record<string, unknown>
}

export interface DecodedCall extends Call {
  /** The format the job came in, in which results and `meta` go back. */
  readonly format: SerializerName
}

/** Bytes for the `data` field. @throws UnrepresentableError saying which argument the format cannot hold */
export function encodeCall(call: Call, format: SerializerName): Uint8Array {
  const { func, instance, args, kwargs } = call
  const parts =
    format === 'json' ? [func, instance, args, kwargs] : Tuple.wrap([func, instance, Tuple.wrap(args), kwargs])
  return deflate(serializerOf(format).dumps(parts))
}

/**
 * The call in the bytes of a `data` field, whichever serializer wrote it, compressed or not.
 * @param options.maxBytes largest inflated size accepted, 512 MiB by default
 * @throws PayloadError with a reason that a stranger understands
 */
export function decodeCall(data: Uint8Array, options: { readonly maxBytes?: number } = {}): DecodedCall {
  const bytes = inflate(data, options.maxBytes)
  const format = detectFormat(bytes)
  if (format === undefined) throw unknownFormat(bytes)
  const { value, hasOpaque } = load(bytes, format)
  if (!Array.isArray(value) || value.length !== 4) {
    throw new PayloadError(
      `the job's data is ${shapeOf(value)}, expected the four items [function name, instance, args, kwargs]`,
    )
  }
  const [func, instance, args, kwargs] = value as [unknown, unknown, unknown, unknown]
  if (typeof func !== 'string') throw new PayloadError(`the job's function name is ${shapeOf(func)}, expected text`)
  if (func.trim() === '') throw new PayloadError("the job's function name is empty")
  if (isTruthy(instance)) throw needsInstance(func, instance)
  if (!Array.isArray(args))
    throw new PayloadError(`the job's positional arguments are ${shapeOf(args)}, expected a list`)
  const keywords = toRecord(kwargs)
  if (hasOpaque) refuseOpaque(args, keywords)
  // A tuple's `slice` gives the plain array that a caller may extend.
  return { func, instance, args: args instanceof Tuple ? args.slice() : (args as unknown[]), kwargs: keywords, format }
}

function load(bytes: Uint8Array, format: SerializerName): { value: unknown; hasOpaque: boolean } {
  try {
    return format === 'pickle' ? readPickle(bytes) : { value: loadsJson(bytes), hasOpaque: false }
  } catch (cause) {
    if (!(cause instanceof RqdError)) throw cause
    throw new PayloadError(`the job's data cannot be read as ${format}: ${cause.message}`, { cause })
  }
}

function unknownFormat(bytes: Uint8Array): PayloadError {
  if (bytes.length === 0) return new PayloadError("the job's data is empty")
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex')
  return new PayloadError(`the job's data is neither zlib, pickle nor JSON: it starts with the bytes ${start}`)
}

function needsInstance(func: string, instance: unknown): PayloadError {
  const type =
    instance instanceof OpaqueValue && instance.kind === 'global' ? 'the Python class' : 'a Python object of class'
  return new PayloadError(
    `this job needs ${type} ${pythonTypeOf(instance)}: it calls its method ${JSON.stringify(clip(func))}`,
  )
}

function refuseOpaque(args: unknown[], kwargs: Record<string, unknown>): void {
  const found = findOpaque(args, 'args') ?? findOpaque(kwargs, 'kwargs')
  if (found === undefined) return
  const kind = found.value.kind === 'global' ? 'the Python class or function' : 'a Python object of class'
  throw new PayloadError(
    `this job needs ${kind} ${clip(found.value.pythonType)} as ${found.path}, which only Python can make`,
  )
}

function toRecord(kwargs: unknown): Record<string, unknown> {
  const record = asTextDict(kwargs)
  if (record !== undefined) return record
  const found = kwargs instanceof Map ? 'named by something other than text' : shapeOf(kwargs)
  throw new PayloadError(`the job's keyword arguments are ${found}, expected a mapping with text keys`)
}

/** Python takes the instance into account only if it is truthy. */
function isTruthy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return Boolean(value)
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length > 0
  if (value instanceof Map || value instanceof Set) return value.size > 0
  return Object.getPrototypeOf(value) !== Object.prototype || Object.keys(value).length > 0
}

function pythonTypeOf(value: unknown): string {
  if (value instanceof PythonValue) return clip(value.pythonType)
  switch (typeof value) {
    case 'string':
      return 'str'
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float'
    case 'bigint':
      return 'int'
    case 'boolean':
      return 'bool'
    default:
      if (value instanceof Tuple) return 'tuple'
      if (Array.isArray(value)) return 'list'
      if (value instanceof Date) return 'datetime.datetime'
      if (value instanceof Uint8Array) return 'bytes'
      return value instanceof Set ? 'set' : 'dict'
  }
}

function shapeOf(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  return `of type ${pythonTypeOf(value)}`
}

function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}...` : text
}
