import { asFields, number, oneOf, text, wrong } from './fields.js'
import type { Callback, Callbacks, ErrorStage, JobError, JobResult, JobStart, RunJob } from './messages.js'

const errorStages: readonly ErrorStage[] = ['decode', 'resolve', 'run', 'encode', 'callback']

/**
 * What passes for every job, as arrays instead of maps: their names would be most of the work. Items behind those that
 * are known are ignored, so that a newer side may say more.
 */

export type RunJobTuple = [
  seq: number,
  execution: string,
  id: string,
  queue: string,
  data: Uint8Array,
  meta: Uint8Array | null,
  timeoutSec: number,
  callbacks?: Callbacks | null,
  retriesLeft?: number,
  tenant?: string | null,
  prefix?: string | null,
]
export type ResultTuple = [
  seq: number,
  startedAtMs: number,
  endedAtMs: number,
  value: Uint8Array | null,
  error?: object,
]
export type StartTuple = [seq: number, atMs: number]

export function writeRunJob(job: RunJob): RunJobTuple {
  const { seq, execution, id, queue, data, meta, timeoutSec, callbacks, retriesLeft, tenant, prefix } = job
  if (tenant !== undefined || prefix !== undefined) {
    const last = [retriesLeft ?? 0, tenant ?? null, prefix ?? null] as const
    return [seq, execution, id, queue, data, meta, timeoutSec, callbacks, ...last]
  }
  if (retriesLeft !== undefined) return [seq, execution, id, queue, data, meta, timeoutSec, callbacks, retriesLeft]
  if (callbacks === null) return [seq, execution, id, queue, data, meta, timeoutSec]
  return [seq, execution, id, queue, data, meta, timeoutSec, callbacks]
}

/** @throws RqdError RQD_PROTOCOL */
export function readRunJob(value: unknown): RunJob {
  const [seq, execution, id, queue, data, meta, timeoutSec, callbacks, ...last] = items(value, 'run', 'jobs[]')
  if (!isNatural(seq)) return wrong('run', 'jobs[].seq', seq, 'an integer of at least 0')
  if (typeof execution !== 'string') return wrong('run', 'jobs[].execution', execution, 'text')
  if (typeof id !== 'string') return wrong('run', 'jobs[].id', id, 'text')
  if (typeof queue !== 'string') return wrong('run', 'jobs[].queue', queue, 'text')
  if (!(data instanceof Uint8Array)) return wrong('run', 'jobs[].data', data, 'bytes')
  if (meta !== null && !(meta instanceof Uint8Array)) return wrong('run', 'jobs[].meta', meta, 'bytes or nil')
  if (!isFinite(timeoutSec)) return wrong('run', 'jobs[].timeoutSec', timeoutSec, 'a finite number')
  const job: RunJob = { seq, execution, id, queue, data, meta, timeoutSec, callbacks: readCallbacks(callbacks) }
  if (last.length > 0) readLast(job, last)
  return job
}

/** What few jobs have. */
function readLast(job: RunJob, [retriesLeft, tenant, prefix]: readonly unknown[]): void {
  if (retriesLeft !== undefined) {
    if (!isNatural(retriesLeft)) return wrong('run', 'jobs[].retriesLeft', retriesLeft, 'an integer of at least 0')
    job.retriesLeft = retriesLeft
  }
  if (tenant !== undefined && tenant !== null) {
    if (typeof tenant !== 'string') return wrong('run', 'jobs[].tenant', tenant, 'text or nil')
    job.tenant = tenant
  }
  if (prefix !== undefined && prefix !== null) {
    if (typeof prefix !== 'string') return wrong('run', 'jobs[].prefix', prefix, 'text or nil')
    job.prefix = prefix
  }
}

function readCallbacks(value: unknown): Callbacks | null {
  if (value === undefined || value === null) return null
  const fields = asFields(value, 'run', 'jobs[].callbacks')
  const both = { success: readCallback(fields['success']), failure: readCallback(fields['failure']) }
  const stopped = readCallback(fields['stopped'])
  return stopped === null ? both : { ...both, stopped }
}

function readCallback(value: unknown): Callback | null {
  if (value === undefined || value === null) return null
  const fields = asFields(value, 'run', 'jobs[].callbacks')
  return { name: text(fields, 'run', 'name'), timeoutSec: number(fields, 'run', 'timeoutSec') }
}

export function writeResult(result: JobResult): ResultTuple {
  const { seq, startedAtMs, endedAtMs } = result
  return result.outcome === 'ok'
    ? [seq, startedAtMs, endedAtMs, result.value]
    : [seq, startedAtMs, endedAtMs, null, result.error]
}

/** `nameOf` gives the execution of a job by its number, or throws. @throws RqdError RQD_PROTOCOL */
export function readResult(value: unknown, nameOf: (seq: number) => string): JobResult {
  const [seq, startedAtMs, endedAtMs, returned, error] = items(value, 'progress', 'ended[]')
  if (!isNatural(seq)) return wrong('progress', 'ended[].seq', seq, 'an integer of at least 0')
  if (!isTime(startedAtMs)) return wrong('progress', 'ended[].startedAtMs', startedAtMs, TIME)
  if (!isTime(endedAtMs)) return wrong('progress', 'ended[].endedAtMs', endedAtMs, TIME)
  const execution = nameOf(seq)
  if (error !== undefined) {
    return { seq, execution, startedAtMs, endedAtMs, outcome: 'error', error: parseJobError(error) }
  }
  if (returned !== null && !(returned instanceof Uint8Array)) {
    return wrong('progress', 'ended[].value', returned, 'bytes or nil')
  }
  return { seq, execution, startedAtMs, endedAtMs, outcome: 'ok', value: returned }
}

export function writeStart({ seq, atMs }: JobStart): StartTuple {
  return [seq, atMs]
}

/** As `readResult`. @throws RqdError RQD_PROTOCOL */
export function readStart(value: unknown, nameOf: (seq: number) => string): JobStart {
  const [seq, atMs] = items(value, 'progress', 'started[]')
  if (!isNatural(seq)) return wrong('progress', 'started[].seq', seq, 'an integer of at least 0')
  if (!isTime(atMs)) return wrong('progress', 'started[].atMs', atMs, TIME)
  return { seq, execution: nameOf(seq), atMs }
}

function parseJobError(value: unknown): JobError {
  const fields = asFields(value, 'progress', 'ended[].error')
  return {
    stage: oneOf(fields, 'progress', 'stage', errorStages),
    errorType: text(fields, 'progress', 'errorType'),
    message: text(fields, 'progress', 'message'),
    traceback: text(fields, 'progress', 'traceback'),
  }
}

function items(value: unknown, type: string, field: string): readonly unknown[] {
  return Array.isArray(value) ? value : wrong(type, field, value, 'an array')
}

function isNatural(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

const TIME = 'milliseconds since the epoch, up to the year 9999'
const LAST_MS = Date.UTC(10_000, 0)

function isTime(value: unknown): value is number {
  return isFinite(value) && value >= 0 && value < LAST_MS
}

function isFinite(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}
