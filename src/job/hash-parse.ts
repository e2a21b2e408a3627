/** Parsing job hashes. */
import { type MalformedJobError } from '../errors.js'
import { decodeJson } from '../serial/json.js'
import { FieldReader } from './hash-fields.js'
import { type JobHash, type Webhook } from './hash.js'
import { isJobStatus, type JobStatus } from './status.js'

/** Names of all fields that `JobHash` has a place for. */
// prettier-ignore
const knownFields: ReadonlySet<string> = new Set([
  'created_at', 'data', 'success_callback_name', 'failure_callback_name', 'stopped_callback_name', 'started_at', 'ended_at',
  'last_heartbeat', 'worker_name', 'group_id', 'origin', 'description', 'enqueued_at', 'timeout', 'result_ttl', 'failure_ttl',
  'ttl', 'status', 'dependency_ids', 'dependency_id', 'allow_dependency_failures', 'enqueue_at_front', 'meta', 'retries_left',
  'retry_intervals', 'enqueue_at_front_on_retry', 'number_of_retries', 'repeats_left', 'repeat_intervals',
  'success_callback_timeout', 'failure_callback_timeout', 'stopped_callback_timeout', 'webhooks', 'rate_limit_key',
  'rate_limit_concurrency', 'result', 'exc_info',
])

/**
 * The hash of a job as HGETALL gives it. Accepts what Python's readers accept, and refuses what would make them quit.
 * @throws MalformedJobError naming the job, the field, what was found and what is expected
 */
export function parseJobHash(jobId: string, fields: ReadonlyMap<string, Uint8Array>): JobHash {
  return parse(jobId, fields, (problem) => {
    throw problem
  })
}

/** The same for viewers: a field that cannot be read is left unset and reported. Never throws. */
export function parseJobHashLeniently(
  jobId: string,
  fields: ReadonlyMap<string, Uint8Array>,
): { hash: JobHash; problems: MalformedJobError[] } {
  const problems: MalformedJobError[] = []
  const hash = parse(jobId, fields, (problem) => problems.push(problem))
  return { hash, problems }
}

/** A hash with nothing set. */
export function emptyJobHash(jobId: string): JobHash {
  return { ...nothingSet, id: jobId, dependencyIds: [], webhooks: [], extra: new Map() }
}

function parse(
  jobId: string,
  fields: ReadonlyMap<string, Uint8Array>,
  onProblem: (problem: MalformedJobError) => void,
): JobHash {
  const read = new FieldReader(jobId, fields, onProblem)
  const webhooks = parseWebhooks(read.bytes('webhooks'))
  const extra = new Map<string, Uint8Array>()
  for (const [field, value] of fields) if (!knownFields.has(field)) extra.set(field, value)
  const unreadable = webhooks === undefined ? read.bytes('webhooks') : undefined
  if (unreadable !== undefined) extra.set('webhooks', unreadable)
  return {
    id: jobId,
    createdAtMs: read.time('created_at'),
    data: read.bytes('data'),
    origin: read.text('origin'),
    description: read.text('description'),
    status: parseStatus(read),
    enqueuedAtMs: read.time('enqueued_at'),
    startedAtMs: read.time('started_at'),
    endedAtMs: read.time('ended_at'),
    lastHeartbeatMs: read.time('last_heartbeat'),
    workerName: read.text('worker_name'),
    groupId: read.text('group_id'),
    timeoutSec: read.int('timeout'),
    resultTtlSec: read.int('result_ttl'),
    failureTtlSec: read.int('failure_ttl'),
    ttlSec: read.int('ttl'),
    successCallbackName: read.text('success_callback_name'),
    failureCallbackName: read.text('failure_callback_name'),
    stoppedCallbackName: read.text('stopped_callback_name'),
    successCallbackTimeoutSec: read.strictInt('success_callback_timeout'),
    failureCallbackTimeoutSec: read.strictInt('failure_callback_timeout'),
    stoppedCallbackTimeoutSec: read.strictInt('stopped_callback_timeout'),
    dependencyIds: parseDependencies(read),
    allowDependencyFailures: read.flag('allow_dependency_failures'),
    enqueueAtFront: read.strictFlag('enqueue_at_front'),
    meta: nonEmpty(read.bytes('meta')),
    retriesLeft: read.int('retries_left'),
    retryIntervalsSec: read.array('retry_intervals', 'a JSON array of seconds', isFiniteNumber),
    enqueueAtFrontOnRetry: read.flag('enqueue_at_front_on_retry'),
    numberOfRetries: read.int('number_of_retries'),
    repeatsLeft: read.int('repeats_left'),
    repeatIntervalsSec: read.array('repeat_intervals', 'a JSON array of seconds', isFiniteNumber),
    webhooks: webhooks ?? [],
    rateLimitKey: read.text('rate_limit_key'),
    rateLimitConcurrency: read.int('rate_limit_concurrency'),
    result: read.bytes('result'),
    excInfo: read.bytes('exc_info'),
    extra,
  }
}

function parseStatus(read: FieldReader): JobStatus | undefined {
  const text = read.text('status')
  if (text === undefined || isJobStatus(text)) return text
  read.problem('status', text, 'a status of RQ, such as queued')
  return undefined
}

/** `dependency_id`, the legacy form, counts only where `dependency_ids` is missing. */
function parseDependencies(read: FieldReader): string[] {
  if (read.text('dependency_ids') !== undefined)
    return read.array('dependency_ids', 'a JSON array of job ids', isText) ?? []
  const single = read.text('dependency_id')
  return single === undefined ? [] : [single]
}

/** RQ only logs webhooks that it cannot read: undefined here. */
function parseWebhooks(bytes: Uint8Array | undefined): Webhook[] | undefined {
  if (bytes === undefined || bytes.length === 0) return []
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

function nonEmpty(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes?.length === 0 ? undefined : bytes
}

const nothingSet = parseJobHash('', new Map())
