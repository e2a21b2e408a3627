import { RqdError } from '../errors.js'
import { decodeCall } from '../job/call.js'
import { inflate } from '../job/compress.js'
import { shownValue } from '../serial/shown-value.js'
import { detectFormat, serializerOf, type SerializerName } from '../serial/serializer.js'

/** The call in a job's data for viewers: as much of it as can be told, and why no more. */
export interface ShownCall {
  readonly format: SerializerName | null
  readonly func: string | null
  /** JSON, as `shownValue` makes it; null if unknown. */
  readonly args: unknown
  readonly kwargs: unknown
  /** Why it cannot be shown, or no worker of ours could run it. */
  readonly problem: string | null
}

/** Larger ones are not decoded for viewers, bytes. */
export const MOST_SHOWN_BYTES = 256 * 1024

/** Never throws for what the data holds, and never takes long. */
export function shownCall(data: Uint8Array | undefined): ShownCall {
  const unknown = { format: null, func: null, args: null, kwargs: null }
  if (data === undefined) return { ...unknown, problem: 'the job has no data: for RQ it does not exist' }
  try {
    const bytes = inflate(data, MOST_SHOWN_BYTES)
    const format = detectFormat(bytes) ?? null
    const value: unknown = format === null ? undefined : serializerOf(format).loads(bytes)
    const problem = problemOf(data)
    if (!Array.isArray(value) || value.length !== 4) return { ...unknown, format, problem }
    const [func, , args, kwargs] = value as [unknown, unknown, unknown, unknown]
    const name = typeof func === 'string' ? func : null
    return { format, func: name, args: shownValue(args), kwargs: shownValue(kwargs), problem }
  } catch (thrown) {
    if (thrown instanceof RqdError) return { ...unknown, problem: thrown.message }
    throw thrown
  }
}

/** A value that a serializer wrote: a returned one, or what `meta` holds. */
export function shownBytes(bytes: Uint8Array | undefined | null): unknown {
  if (bytes === undefined || bytes === null) return null
  if (bytes.length > MOST_SHOWN_BYTES) return { $cut: bytes.length }
  try {
    return shownValue(serializerOf(detectFormat(bytes) ?? 'json').loads(bytes))
  } catch (thrown) {
    if (thrown instanceof RqdError) return { $unreadable: thrown.message, ...(shownValue(bytes) as object) }
    throw thrown
  }
}

function problemOf(data: Uint8Array): string | null {
  try {
    decodeCall(data, { maxBytes: MOST_SHOWN_BYTES })
    return null
  } catch (thrown) {
    if (thrown instanceof RqdError) return thrown.message
    throw thrown
  }
}
