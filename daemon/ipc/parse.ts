import { parseCustomSettings } from './custom-settings.js'
import { asFields, bytes, type Fields, list, natural, number, oneOf, text, textOrNil, texts, wrong } from './fields.js'
import { type AbortReason, type ExitWhy, type FromExecutor, type SupervisorHello, type ToExecutor } from './messages.js'
import { readResult, readRunJob, readStart } from './tuples.js'

/**
 * Checks of what came over the wire, once, at the edge. Written by hand because each job passes here twice. Every
 * result is a fresh object of the expected fields only: unknown fields are dropped.
 */

const abortReasons: readonly AbortReason[] = ['timeout', 'stopped', 'shutdown']
const exitWhys: readonly ExitWhy[] = ['stopping', 'recycling']
const streams: readonly ('stdout' | 'stderr')[] = ['stdout', 'stderr']

/**
 * Check a message from the supervisor.
 * @throws RqdError RQD_PROTOCOL naming the message type, the field, what was found and what was expected.
 */
export function parseToExecutor(value: unknown): ToExecutor {
  const fields = asFields(value, 'a message', 'message')
  switch (fields['type']) {
    case 'run':
      return { type: 'run', jobs: list(fields, 'run', 'jobs').map(readRunJob) }
    case 'hello':
      return parseSupervisorHello(fields)
    case 'abort':
      return {
        type: 'abort',
        execution: text(fields, 'abort', 'execution'),
        reason: oneOf(fields, 'abort', 'reason', abortReasons),
      }
    case 'saved':
      return {
        type: 'saved',
        request: natural(fields, 'saved', 'request'),
        code: text(fields, 'saved', 'code'),
        message: text(fields, 'saved', 'message'),
      }
    case 'serve':
      return { type: 'serve', worker: text(fields, 'serve', 'worker') }
    case 'exit':
      return { type: 'exit', why: oneOf(fields, 'exit', 'why', exitWhys) }
    default:
      return wrong('a message to an executor', 'type', fields['type'], 'one of hello, run, abort, saved, serve, exit')
  }
}

/**
 * Check a message from an executor. `nameOf` gives the execution of a job by its number, or throws.
 * @throws RqdError RQD_PROTOCOL naming the message type, the field, what was found and what was expected.
 */
export function parseFromExecutor(value: unknown, nameOf: (seq: number) => string): FromExecutor {
  const fields = asFields(value, 'a message', 'message')
  switch (fields['type']) {
    case 'progress':
      return {
        type: 'progress',
        ended: list(fields, 'progress', 'ended').map((item) => readResult(item, nameOf)),
        started: list(fields, 'progress', 'started').map((item) => readStart(item, nameOf)),
      }
    case 'callback':
      return {
        type: 'callback',
        execution: text(fields, 'callback', 'execution'),
        timeoutSec: number(fields, 'callback', 'timeoutSec'),
        traceback: textOrNil(fields, 'callback', 'traceback'),
        ...(fields['step'] === undefined ? {} : { step: text(fields, 'callback', 'step') }),
      }
    case 'returned':
      return { type: 'returned', executions: texts(fields, 'returned', 'executions') }
    case 'meta':
      return {
        type: 'meta',
        execution: text(fields, 'meta', 'execution'),
        request: natural(fields, 'meta', 'request'),
        meta: fields['meta'] === null ? null : bytes(fields, 'meta', 'meta'),
      }
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
    case 'leaving':
      return { type: 'leaving' }
    case 'fatal':
      return { type: 'fatal', message: text(fields, 'fatal', 'message'), traceback: text(fields, 'fatal', 'traceback') }
    default:
      return wrong(
        'a message from an executor',
        'type',
        fields['type'],
        'one of hello, ready, fatal, progress, callback, returned, meta, output, stats',
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
    ...(fields['prefix'] === undefined ? {} : { prefix: text(fields, 'hello', 'prefix') }),
    ...(fields['custom'] === undefined ? {} : { custom: parseCustomSettings(fields['custom']) }),
  }
}
