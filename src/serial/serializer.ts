/** The two serializers of RQ, and how to tell their bytes apart. */
import { dumpsJson, loadsJson } from './json.js'
import { readPickle } from './pickle/reader.js'
import { writePickle } from './pickle/writer.js'

/** RQ's `JSONSerializer`, and its default, Python's pickle. */
export type SerializerName = 'json' | 'pickle'

/** Values to bytes and back, by the mapping of `docs/python-values.md`. */
export interface Serializer {
  readonly name: SerializerName
  /** @throws UnrepresentableError saying where, if the format has no such value */
  dumps(value: unknown): Uint8Array
  /** @throws PayloadError or UnrepresentableError, never anything else, whatever the bytes are */
  loads(bytes: Uint8Array): unknown
}

const serializers: Readonly<Record<SerializerName, Serializer>> = {
  json: { name: 'json', dumps: dumpsJson, loads: loadsJson },
  pickle: { name: 'pickle', dumps: writePickle, loads: (bytes) => readPickle(bytes).value },
}

/** The serializer of that name. */
export function serializerOf(name: SerializerName): Serializer {
  return serializers[name]
}

/** First bytes of a JSON text, as Python writes it. */
const jsonStarts = new Set(Buffer.from('[{"-0123456789tfnNI \t\r\n', 'latin1'))

/** The format of inflated bytes, from their first byte: nothing else in a job says it. Undefined if it is neither. */
export function detectFormat(bytes: Uint8Array): SerializerName | undefined {
  const first = bytes[0]
  if (first === undefined) return undefined
  if (first === 0x80) return 'pickle'
  return jsonStarts.has(first) ? 'json' : undefined
}
