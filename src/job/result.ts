/** Entries of the result stream `rq:results:ID` (wire-format 5.1). */
import { MalformedJobError } from '../errors.js'
import { deflate, inflate } from './compress.js'
import { formatEpochSec } from './time.js'

/** The kinds of results. `stopped` was never written by RQ; `retried` is of 2.1, `maxRetriesExceeded` of 2.8. */
export const ResultType = {
  successful: 1,
  failed: 2,
  stopped: 3,
  retried: 4,
  maxRetriesExceeded: 5,
} as const

export type ResultType = (typeof ResultType)[keyof typeof ResultType]

/** A result to be written. */
export interface NewResult {
  readonly type: ResultType
  /** What the serializer made of the returned value; left out for None. */
  readonly returnValue?: Uint8Array | undefined
  /** Traceback of a failure. */
  readonly excString?: string | undefined
  readonly workerName: string
  readonly executionId: string
  readonly executionStartedAtMs: number
  /** Left out for stopped jobs. */
  readonly executionEndedAtMs?: number | undefined
}

/** A result that was read. Fields that older lines did not write are undefined. */
export interface Result {
  readonly id: string
  readonly type: ResultType
  readonly createdAtMs: number
  /** Bytes of the job's serializer; undefined is None. */
  readonly returnValue: Uint8Array | undefined
  readonly excString: string | undefined
  readonly workerName: string | undefined
  readonly executionId: string | undefined
  readonly executionStartedAtMs: number | undefined
  readonly executionEndedAtMs: number | undefined
  /** The last lines that the job printed, where our daemon stored them with a failure. */
  readonly output: readonly string[]
}

/** Longest traceback that is inflated: 64 MiB. */
const maxExcBytes = 64 * 1024 * 1024

/** Field, value, field, value, ... for XADD. */
export function encodeResult(result: NewResult): string[] {
  const { type, returnValue, excString, workerName, executionId, executionStartedAtMs, executionEndedAtMs } = result
  const fields = ['type', String(type), 'worker_name', workerName]
  if (returnValue !== undefined) fields.push('return_value', asBuffer(returnValue).toString('base64'))
  if (excString !== undefined) fields.push('exc_string', asBuffer(encodeExcInfo(excString)).toString('base64'))
  fields.push('execution_id', executionId, 'execution_started_at', formatEpochSec(executionStartedAtMs))
  if (executionEndedAtMs !== undefined) fields.push('execution_ended_at', formatEpochSec(executionEndedAtMs))
  return fields
}

/** @throws MalformedJobError naming the entry and the field */
export function parseResult(entryId: string, fields: ReadonlyMap<string, Uint8Array>): Result {
  const createdAt = /^(\d{1,16})-\d{1,20}$/.exec(entryId)?.[1]
  if (createdAt === undefined) {
    throw new MalformedJobError('results', `result ${JSON.stringify(entryId)}: the id is not milliseconds and a number`)
  }
  const text = (field: string): string | undefined => {
    const bytes = fields.get(field)
    return bytes === undefined ? undefined : asBuffer(bytes).toString('utf8')
  }
  const time = (field: string): number | undefined => {
    const found = text(field)
    if (found === undefined || found === '') return undefined
    const seconds = /^[+-]?\d[\d.]*(?:e[+-]?\d+)?$/i.test(found) ? Number(found) : NaN
    if (!Number.isFinite(seconds)) throw malformed(entryId, field, found, 'epoch seconds')
    return Math.round(seconds * 1e6) / 1000
  }
  const returnValue = text('return_value')
  const excString = text('exc_string')
  return {
    id: entryId,
    type: parseType(entryId, text('type')),
    createdAtMs: Number(createdAt),
    returnValue: returnValue === undefined ? undefined : Buffer.from(returnValue, 'base64'),
    excString: excString === undefined ? undefined : decodeExcInfo(Buffer.from(excString, 'base64')),
    workerName: text('worker_name'),
    executionId: text('execution_id'),
    executionStartedAtMs: time('execution_started_at'),
    executionEndedAtMs: time('execution_ended_at'),
    output: linesOf(text('rqd_output')) ?? linesOf(text('rqd_certificate')) ?? [],
  }
}

/** The lines in one of our own fields; undefined if it is not there or holds something else. */
function linesOf(json: string | undefined): readonly string[] | undefined {
  if (json === undefined) return undefined
  let found: unknown
  try {
    found = JSON.parse(json)
  } catch {
    return undefined
  }
  const lines = Array.isArray(found) ? found : (found as { output?: unknown } | null)?.output
  return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string') : undefined
}

/** Text of an `exc_info` field, or of a decoded `exc_string`: zlib or plain, never an error about its bytes. */
export function decodeExcInfo(bytes: Uint8Array): string {
  return asBuffer(inflate(bytes, maxExcBytes)).toString('utf8')
}

/** Bytes of an `exc_info` field. */
export function encodeExcInfo(text: string): Uint8Array {
  return deflate(Buffer.from(text))
}

function parseType(entryId: string, text: string | undefined): ResultType {
  const found = Object.values(ResultType).find((type) => String(type) === text)
  if (found === undefined) throw malformed(entryId, 'type', text, '1 to 5')
  return found
}

function malformed(entryId: string, field: string, found: string | undefined, expected: string): MalformedJobError {
  const shown = found === undefined ? 'nothing' : JSON.stringify(found.slice(0, 60))
  return new MalformedJobError(field, `result ${entryId}, field ${field}: found ${shown}, expected ${expected}`)
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
