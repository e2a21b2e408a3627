import { RqdError } from '../../src/errors.js'
import {
  type AbortReason,
  type ErrorStage,
  type FromExecutor,
  type JobError,
  type JobResult,
  type JobStart,
  type RunJob,
  type SupervisorHello,
  type ToExecutor,
} from './messages.js'

/**
 * Checks of what came over the wire, once, at the edge. Written by hand because each job passes here twice. Every
 * result is a fresh object of the expected fields only: unknown fields are dropped.
 */

type Fields = Readonly<Record<string, unknown>>

const abortReasons: readonly AbortReason[] = ['timeout', 'stopped', 'shutdown']
const streams: readonly ('stdout' | 'stderr')[] = ['stdout', 'stderr']
const errorStages: readonly ErrorStage[] = ['decode', 'resolve', 'run', 'encode']

/**
 * Check a message from the supervisor.
 * @throws RqdError RQD_PROTOCOL naming the message type, the field, what was found and what was expected.
 */
export function parseToExecutor(value: unknown): ToExecutor {
  const fields = asFields(value, 'a message', 'message')
  switch (fields['type']) {
    case 'run':
      return { type: 'run', jobs: list(fields, 'run', 'jobs').map(parseRunJob) }
    case 'hello':
      return parseSupervisorHello(fields)
    case 'abort':
      return {
        type: 'abort',
        execution: text(fields, 'abort', 'execution'),
        reason: oneOf(fields, 'abort', 'reason', abortReasons),
      }
    case 'serve':
      return { type: 'serve', worker: text(fields, 'serve', 'worker') }
    case 'exit':
      return { type: 'exit' }
    default:
      return wrong('a message to an executor', 'type', fields['type'], 'one of hello, run, abort, serve, exit')
  }
}

/**
 * Check a message from an executor.
 * @throws RqdError RQD_PROTOCOL naming the message type, the field, what was found and what was expected.
 */
export function parseFromExecutor(value: unknown): FromExecutor {
  const fields = asFields(value, 'a message', 'message')
  switch (fields['type']) {
    case 'progress':
      return {
        type: 'progress',
        ended: list(fields, 'progress', 'ended').map(parseResult),
        started: list(fields, 'progress', 'started').map(parseStart),
      }
    case 'returned':
      return { type: 'returned', executions: texts(fields, 'returned', 'executions') }
    case 'output':
      return {
        type: 'output',
        execution: text(fields, 'output', 'execution'),
        stream: oneOf(fields, 'output', 'stream', streams),
        bytes: bytes(fields, 'output', 'bytes'),
      }
    case 'stats':
      return { type: 'stats', rssBytes: number(fields, 'stats', 'rssBytes'), cpuMs: number(fields, 'stats', 'cpuMs') }
    case 'hello':
      return {
        type: 'hello',
        protocol: natural(fields, 'hello', 'protocol'),
        pid: natural(fields, 'hello', 'pid'),
        language: text(fields, 'hello', 'language'),
        version: text(fields, 'hello', 'version'),
      }
    case 'ready':
      return { type: 'ready' }
    case 'fatal':
      return { type: 'fatal', message: text(fields, 'fatal', 'message'), traceback: text(fields, 'fatal', 'traceback') }
    default:
      return wrong(
        'a message from an executor',
        'type',
        fields['type'],
        'one of hello, ready, fatal, progress, returned, output, stats',
      )
  }
}

function parseSupervisorHello(fields: Fields): SupervisorHello {
  return {
    type: 'hello',
    protocol: natural(fields, 'hello', 'protocol'),
    worker: text(fields, 'hello', 'worker'),
    taskPaths: texts(fields, 'hello', 'taskPaths'),
    preload: texts(fields, 'hello', 'preload'),
    statsIntervalMs: natural(fields, 'hello', 'statsIntervalMs'),
    concurrency: natural(fields, 'hello', 'concurrency'),
  }
}

function parseRunJob(value: unknown): RunJob {
  const fields = asFields(value, 'run', 'jobs[]')
  const meta = fields['meta']
  if (meta !== null && !(meta instanceof Uint8Array)) return wrong('run', 'jobs[].meta', meta, 'bytes or nil')
  return {
    seq: natural(fields, 'run', 'seq'),
    execution: text(fields, 'run', 'execution'),
    id: text(fields, 'run', 'id'),
    queue: text(fields, 'run', 'queue'),
    data: bytes(fields, 'run', 'data'),
    meta,
    timeoutSec: number(fields, 'run', 'timeoutSec'),
  }
}

function parseStart(value: unknown): JobStart {
  const fields = asFields(value, 'progress', 'started[]')
  return { execution: text(fields, 'progress', 'execution'), atMs: number(fields, 'progress', 'atMs') }
}

function parseResult(value: unknown): JobResult {
  const fields = asFields(value, 'progress', 'ended[]')
  const execution = text(fields, 'progress', 'execution')
  const startedAtMs = number(fields, 'progress', 'startedAtMs')
  const endedAtMs = number(fields, 'progress', 'endedAtMs')
  switch (fields['outcome']) {
    case 'ok':
      return {
        execution,
        startedAtMs,
        endedAtMs,
        outcome: 'ok',
        value: fields['value'] === null ? null : bytes(fields, 'progress', 'value'),
      }
    case 'error':
      return { execution, startedAtMs, endedAtMs, outcome: 'error', error: parseJobError(fields['error']) }
    default:
      return wrong('progress', 'outcome', fields['outcome'], 'ok or error')
  }
}

function parseJobError(value: unknown): JobError {
  const fields = asFields(value, 'progress', 'error')
  return {
    stage: oneOf(fields, 'progress', 'stage', errorStages),
    errorType: text(fields, 'progress', 'errorType'),
    message: text(fields, 'progress', 'message'),
    traceback: text(fields, 'progress', 'traceback'),
  }
}

function asFields(value: unknown, type: string, field: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Uint8Array) {
    return wrong(type, field, value, 'a map')
  }
  return value as Fields
}

function text(fields: Fields, type: string, field: string): string {
  const value = fields[field]
  return typeof value === 'string' ? value : wrong(type, field, value, 'text')
}

function number(fields: Fields, type: string, field: string): number {
  const value = fields[field]
  return typeof value === 'number' && Number.isFinite(value) ? value : wrong(type, field, value, 'a finite number')
}

function natural(fields: Fields, type: string, field: string): number {
  const value = fields[field]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return wrong(type, field, value, 'an integer of at least 0')
}

function bytes(fields: Fields, type: string, field: string): Uint8Array {
  const value = fields[field]
  return value instanceof Uint8Array ? value : wrong(type, field, value, 'bytes')
}

function list(fields: Fields, type: string, field: string): unknown[] {
  const value = fields[field]
  return Array.isArray(value) ? value : wrong(type, field, value, 'an array')
}

function texts(fields: Fields, type: string, field: string): string[] {
  return list(fields, type, field).map((item) =>
    typeof item === 'string' ? item : wrong(type, `${field}[]`, item, 'text'),
  )
}

function oneOf<T extends string>(fields: Fields, type: string, field: string, choices: readonly T[]): T {
  const value = fields[field]
  return choices.find((choice) => choice === value) ?? wrong(type, field, value, `one of ${choices.join(', ')}`)
}

function wrong(type: string, field: string, found: unknown, expected: string): never {
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
