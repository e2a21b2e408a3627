import { parseResult, ResultType, type Result } from './job/result.js'
import { detectFormat, serializerOf } from './serial/serializer.js'

/** A result of a job as users read it. */
export interface JobResult<T = unknown> {
  /** How the run ended. */
  readonly type: 'successful' | 'failed' | 'stopped' | 'retried' | 'maxRetriesExceeded'
  /** When it did. */
  readonly createdAt: Date
  /** What the function returned: null for nothing, undefined where it did not end well. */
  readonly value: T | null | undefined
  /** The traceback, where it failed. */
  readonly excInfo: string | undefined
  /** The worker that ran it. */
  readonly workerName: string | undefined
  /** Names the run. */
  readonly executionId: string | undefined
  /** The last lines that it printed before it failed, if our daemon ran it. */
  readonly output: readonly string[]
}

/** An entry of a stream as ioredis gives it. */
export type StreamEntry = [Buffer, Buffer[]]

const typeNames = new Map(Object.entries(ResultType).map(([name, type]) => [type, name as JobResult['type']]))

/** @throws MalformedJobError */
export function readResult([id, flat]: StreamEntry): Result {
  const fields = new Map<string, Buffer>()
  for (let i = 0; i + 1 < flat.length; i += 2) fields.set(String(flat[i]), flat[i + 1] ?? Buffer.alloc(0))
  return parseResult(id.toString(), fields)
}

// The type is the caller's word: nothing in Redis says what a function returns.
export function showResult<T>(result: Result): JobResult<T> {
  return {
    type: typeNames.get(result.type) ?? 'failed',
    createdAt: new Date(result.createdAtMs),
    value: valueOf(result) as T | null | undefined,
    excInfo: result.excString,
    workerName: result.workerName,
    executionId: result.executionId,
    output: result.output,
  }
}

/** What was returned: null for nothing, undefined where the result is no success. @throws PayloadError */
export function valueOf(result: Result): unknown {
  if (result.type !== ResultType.successful) return undefined
  return result.returnValue === undefined ? null : decodeValue(result.returnValue)
}

/** @throws PayloadError, UnrepresentableError */
export function decodeValue(bytes: Uint8Array): unknown {
  return serializerOf(detectFormat(bytes) ?? 'json').loads(bytes)
}
