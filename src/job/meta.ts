/** A job's `meta`: a serialized mapping, not compressed (wire-format 2.2, 12.4). */
import { PayloadError, RqdError } from '../errors.js'
import { asTextDict } from '../serial/dict.js'
import { detectFormat, type SerializerName, serializerOf } from '../serial/serializer.js'
import { inflate } from './compress.js'

/** What `meta` holds, and the format to write it back in. */
export interface Meta {
  readonly value: Record<string, unknown>
  readonly format: SerializerName
}

/** More wrappings than Python tools could ever have put around it. */
const maxWrappings = 8

/**
 * The mapping in the bytes of a `meta` field. A Python tool with the wrong serializer wraps what it cannot read into
 * `{"unserialized": bytes}`: that is undone, and the format is then that of the inner bytes.
 * @throws PayloadError if it is no mapping with text keys, in either format
 */
export function decodeMeta(bytes: Uint8Array): Meta {
  let found = decodeOnce(bytes)
  for (let i = 0; i < maxWrappings; i++) {
    const inner = found.value['unserialized']
    if (!(inner instanceof Uint8Array) || Object.keys(found.value).length !== 1) return found
    try {
      found = decodeOnce(inner)
    } catch (error) {
      if (error instanceof RqdError) return found
      throw error
    }
  }
  return found
}

/**
 * What a job's fields `meta` and `data` say of its meta: where there is none yet, it is empty, and to be written in the
 * format of the job's call. @throws PayloadError
 */
export function metaOf(meta: Uint8Array | null | undefined, data: Uint8Array | undefined): Meta {
  if (meta !== null && meta !== undefined) return decodeMeta(meta)
  return { value: {}, format: detectFormat(inflate(data ?? new Uint8Array())) ?? 'json' }
}

/** Bytes for the `meta` field, or undefined for an empty mapping: then the field is left out. @throws UnrepresentableError */
export function encodeMeta(meta: Readonly<Record<string, unknown>>, format: SerializerName): Uint8Array | undefined {
  return Object.keys(meta).length === 0 ? undefined : serializerOf(format).dumps(meta)
}

function decodeOnce(bytes: Uint8Array): Meta {
  const format = detectFormat(bytes)
  if (format === undefined) throw new PayloadError(`the job's meta is neither pickle nor JSON (${bytes.length} bytes)`)
  let value: unknown
  try {
    value = serializerOf(format).loads(bytes)
  } catch (cause) {
    if (!(cause instanceof RqdError)) throw cause
    throw new PayloadError(`the job's meta cannot be read as ${format}: ${cause.message}`, { cause })
  }
  const dict = asTextDict(value)
  if (dict === undefined) throw new PayloadError("the job's meta is no mapping with text keys")
  return { value: dict, format }
}
