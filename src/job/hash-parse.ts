/** Parsing job hashes. */
import { type MalformedJobError } from '../errors.js'
import { decodeJson } from '../serial/json.js'
import { FieldReader } from './hash-fields.js'
import { type JobHash, type Webhook } from './hash.js'
import { isJobStatus, type JobStatus } from './status.js'

/** Puts one field into a hash that is being read. The reader stands at the field. */
type Place = (hash: JobHash, read: FieldReader, keep: Keep) => void

/** Keeps a field as it is. */
type Keep = (field: string, value: Uint8Array) => void

/** Where each field that `JobHash` has a place for goes. Dependencies and webhooks need a second look: see `parse`. */
const places: ReadonlyMap<string, Place> = new Map<string, Place>([
  ['created_at', (hash, read) => (hash.createdAtMs = read.time())],
  ['data', (hash, read) => (hash.data = read.value)],
  ['origin', (hash, read) => (hash.origin = read.text())],
  ['description', (hash, read) => (hash.description = read.text())],
  ['status', (hash, read) => (hash.status = parseStatus(read))],
  ['enqueued_at', (hash, read) => (hash.enqueuedAtMs = read.time())],
  ['started_at', (hash, read) => (hash.startedAtMs = read.time())],
  ['ended_at', (hash, read) => (hash.endedAtMs = read.time())],
  ['last_heartbeat', (hash, read) => (hash.lastHeartbeatMs = read.time())],
  ['worker_name', (hash, read) => (hash.workerName = read.text())],
  ['group_id', (hash, read) => (hash.groupId = read.text())],
  ['timeout', (hash, read) => (hash.timeoutSec = read.int())],
  ['result_ttl', (hash, read) => (hash.resultTtlSec = read.int())],
  ['failure_ttl', (hash, read) => (hash.failureTtlSec = read.int())],
  ['ttl', (hash, read) => (hash.ttlSec = read.int())],
  ['success_callback_name', (hash, read) => (hash.successCallbackName = read.text())],
  ['failure_callback_name', (hash, read) => (hash.failureCallbackName = read.text())],
  ['stopped_callback_name', (hash, read) => (hash.stoppedCallbackName = read.text())],
  ['success_callback_timeout', (hash, read) => (hash.successCallbackTimeoutSec = read.strictInt())],
  ['failure_callback_timeout', (hash, read) => (hash.failureCallbackTimeoutSec = read.strictInt())],
  ['stopped_callback_timeout', (hash, read) => (hash.stoppedCallbackTimeoutSec = read.strictInt())],
  ['dependency_ids', (hash, read) => (hash.dependencyIds = read.array('a JSON array of job ids', isText) ?? [])],
  ['dependency_id', () => undefined],
  ['allow_dependency_failures', (hash, read) => (hash.allowDependencyFailures = read.flag())],
  ['enqueue_at_front', (hash, read) => (hash.enqueueAtFront = read.strictFlag())],
  ['meta', (hash, read) => (hash.meta = read.value.length === 0 ? undefined : read.value)],
  ['retries_left', (hash, read) => (hash.retriesLeft = read.int())],
  ['retry_intervals', (hash, read) => (hash.retryIntervalsSec = read.array('a JSON array of seconds', isFiniteNumber))],
  ['enqueue_at_front_on_retry', (hash, read) => (hash.enqueueAtFrontOnRetry = read.flag())],
  ['number_of_retries', (hash, read) => (hash.numberOfRetries = read.int())],
  ['repeats_left', (hash, read) => (hash.repeatsLeft = read.int())],
  [
    'repeat_intervals',
    (hash, read) => (hash.repeatIntervalsSec = read.array('a JSON array of seconds', isFiniteNumber)),
  ],
  ['webhooks', (hash, read, keep) => keepWebhooks(hash, read.value, keep)],
  ['rate_limit_key', (hash, read) => (hash.rateLimitKey = read.text())],
  ['rate_limit_concurrency', (hash, read) => (hash.rateLimitConcurrency = read.int())],
  ['result', (hash, read) => (hash.result = read.value)],
  ['exc_info', (hash, read) => (hash.excInfo = read.value)],
])

/** Names of all fields that `JobHash` has a place for. */
export const jobFields: readonly string[] = [...places.keys()]

/** Visits all fields of a hash, each with the bytes of its value from `start` to before `end`. */
export type VisitFields = (visit: (field: string, bytes: Buffer, start: number, end: number) => void) => void

/**
 * The hash of a job as HGETALL gives it. Accepts what Python's readers accept, and refuses what would make them quit.
 * @throws MalformedJobError naming the job, the field, what was found and what is expected
 */
export function parseJobHash(jobId: string, fields: ReadonlyMap<string, Uint8Array>): JobHash {
  return parse(jobId, fieldsOf(fields), (problem) => {
    throw problem
  })
}

/** The same for viewers: a field that cannot be read is left unset and reported. Never throws. */
export function parseJobHashLeniently(
  jobId: string,
  fields: ReadonlyMap<string, Uint8Array> | VisitFields,
): { hash: JobHash; problems: MalformedJobError[] } {
  const problems: MalformedJobError[] = []
  const visitFields = typeof fields === 'function' ? fields : fieldsOf(fields)
  const hash = parse(jobId, visitFields, (problem) => problems.push(problem))
  return { hash, problems }
}

function fieldsOf(fields: ReadonlyMap<string, Uint8Array>): VisitFields {
  return (visit) => {
    for (const [field, { buffer, byteOffset, byteLength }] of fields) {
      visit(field, Buffer.from(buffer, byteOffset, byteLength), 0, byteLength)
    }
  }
}

/** A hash with nothing set. Every place is there from the beginning, so that all hashes have one shape. */
export function emptyJobHash(jobId: string): JobHash {
  return {
    id: jobId,
    createdAtMs: undefined,
    data: undefined,
    origin: undefined,
    description: undefined,
    status: undefined,
    enqueuedAtMs: undefined,
    startedAtMs: undefined,
    endedAtMs: undefined,
    lastHeartbeatMs: undefined,
    workerName: undefined,
    groupId: undefined,
    timeoutSec: undefined,
    resultTtlSec: undefined,
    failureTtlSec: undefined,
    ttlSec: undefined,
    successCallbackName: undefined,
    failureCallbackName: undefined,
    stoppedCallbackName: undefined,
    successCallbackTimeoutSec: undefined,
    failureCallbackTimeoutSec: undefined,
    stoppedCallbackTimeoutSec: undefined,
    allowDependencyFailures: undefined,
    enqueueAtFront: undefined,
    meta: undefined,
    retriesLeft: undefined,
    retryIntervalsSec: undefined,
    enqueueAtFrontOnRetry: undefined,
    numberOfRetries: undefined,
    repeatsLeft: undefined,
    repeatIntervalsSec: undefined,
    rateLimitKey: undefined,
    rateLimitConcurrency: undefined,
    result: undefined,
    excInfo: undefined,
    dependencyIds: [],
    webhooks: [],
    extra: noExtra,
  }
}

const noExtra: ReadonlyMap<string, Uint8Array> = new Map()

function parse(jobId: string, visitFields: VisitFields, onProblem: (problem: MalformedJobError) => void): JobHash {
  const hash = emptyJobHash(jobId)
  const read = new FieldReader(jobId, onProblem)
  const found: { legacyDependency: string | undefined; dependencies: boolean } = {
    legacyDependency: undefined,
    dependencies: false,
  }
  let extra: Map<string, Uint8Array> | undefined
  const keep: Keep = (field, value) => {
    if (extra === undefined) hash.extra = extra = new Map()
    extra.set(field, value)
  }
  visitFields((field, bytes, start, end) => {
    read.at(field, bytes, start, end)
    const place = places.get(field)
    if (place === undefined) keep(field, read.value)
    else place(hash, read, keep)
    if (field === 'dependency_id') found.legacyDependency = read.text()
    else if (field === 'dependency_ids') found.dependencies = end > start
  })
  // The legacy form counts only where the other is missing.
  if (found.legacyDependency !== undefined && !found.dependencies) hash.dependencyIds = [found.legacyDependency]
  return hash
}

function parseStatus(read: FieldReader): JobStatus | undefined {
  const text = read.text()
  if (text === undefined || isJobStatus(text)) return text
  read.problem(text, 'a status of RQ, such as queued')
  return undefined
}

/** Webhooks that nobody can read are kept as they are. */
function keepWebhooks(hash: JobHash, bytes: Uint8Array, keep: Keep): void {
  const webhooks = parseWebhooks(bytes)
  if (webhooks === undefined) keep('webhooks', bytes)
  else hash.webhooks = webhooks
}

/** The webhooks in the bytes of that field. RQ only logs those that it cannot read: undefined here. */
export function parseWebhooks(bytes: Uint8Array): Webhook[] | undefined {
  if (bytes.length === 0) return []
  try {
    const hooks = decodeJson(Buffer.from(bytes).toString('utf8'))
    if (!Array.isArray(hooks)) return undefined
    const parsed = hooks.map(parseWebhook)
    return parsed.includes(undefined) ? undefined : parsed.filter((hook) => hook !== undefined)
  } catch {
    return undefined
  }
}

function parseWebhook(hook: unknown): Webhook | undefined {
  if (typeof hook !== 'object' || hook === null) return undefined
  const { url, job_status: jobStatus, method, headers = null, timeout } = hook as Readonly<Record<string, unknown>>
  if (typeof url !== 'string' || typeof timeout !== 'number' || !Number.isFinite(timeout)) return undefined
  if (jobStatus !== 'finished' && jobStatus !== 'failed') return undefined
  if (method !== 'GET' && method !== 'POST') return undefined
  if (!isHeaders(headers)) return undefined
  return { url, jobStatus, method, headers, timeoutSec: timeout }
}

function isHeaders(value: unknown): value is Record<string, string> | null {
  return value === null || (typeof value === 'object' && !Array.isArray(value) && Object.values(value).every(isText))
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value)
}
