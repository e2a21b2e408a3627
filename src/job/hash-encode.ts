/** Encoding job hashes for HSET. */
import { encodeJson } from '../serial/json.js'
import { type JobHash, type Webhook } from './hash.js'
import { formatIso } from './time.js'

type Fields = Map<string, string | Uint8Array>

/**
 * All fields of a job for one HSET, in RQ's order: those that RQ always writes even if empty, the others only if set.
 * Parsing the result gives an equal hash.
 * @throws UnrepresentableError for a time outside the years 1 to 9999
 */
export function encodeJobHash(hash: JobHash): Fields {
  const fields: Fields = new Map([
    ['created_at', isoOrEmpty(hash.createdAtMs)],
    ['success_callback_name', hash.successCallbackName ?? ''],
    ['failure_callback_name', hash.failureCallbackName ?? ''],
    ['stopped_callback_name', hash.stoppedCallbackName ?? ''],
    ['started_at', isoOrEmpty(hash.startedAtMs)],
    ['ended_at', isoOrEmpty(hash.endedAtMs)],
    ['last_heartbeat', isoOrEmpty(hash.lastHeartbeatMs)],
    ['worker_name', hash.workerName ?? ''],
    ['group_id', hash.groupId ?? ''],
  ])
  const set = (field: string, value: string | Uint8Array | undefined): unknown =>
    value !== undefined && fields.set(field, value)
  set('data', hash.data)
  set('origin', hash.origin)
  set('description', hash.description)
  set('enqueued_at', hash.enqueuedAtMs === undefined ? undefined : formatIso(hash.enqueuedAtMs))
  set('timeout', number(hash.timeoutSec))
  set('result_ttl', number(hash.resultTtlSec))
  set('failure_ttl', number(hash.failureTtlSec))
  set('ttl', hash.ttlSec === 0 ? undefined : number(hash.ttlSec))
  set('status', hash.status)
  if (hash.dependencyIds.length > 0) {
    set('dependency_ids', encodeJson(hash.dependencyIds))
    set('dependency_id', hash.dependencyIds[0])
  }
  set('allow_dependency_failures', flag(hash.allowDependencyFailures))
  set('enqueue_at_front', flag(hash.enqueueAtFront))
  set('meta', hash.meta)
  set('retries_left', number(hash.retriesLeft))
  set('retry_intervals', hash.retryIntervalsSec && encodeJson(hash.retryIntervalsSec))
  set('enqueue_at_front_on_retry', flag(hash.enqueueAtFrontOnRetry))
  set('number_of_retries', number(hash.numberOfRetries))
  set('repeats_left', number(hash.repeatsLeft))
  set('repeat_intervals', hash.repeatIntervalsSec && encodeJson(hash.repeatIntervalsSec))
  set('success_callback_timeout', number(hash.successCallbackTimeoutSec))
  set('failure_callback_timeout', number(hash.failureCallbackTimeoutSec))
  set('stopped_callback_timeout', number(hash.stoppedCallbackTimeoutSec))
  if (hash.webhooks.length > 0) set('webhooks', encodeJson(hash.webhooks.map(webhookToJson)))
  set('rate_limit_key', hash.rateLimitKey)
  set('rate_limit_concurrency', number(hash.rateLimitConcurrency))
  set('result', hash.result)
  set('exc_info', hash.excInfo)
  for (const [field, value] of hash.extra) if (!fields.has(field)) fields.set(field, value)
  return fields
}

function webhookToJson({ url, jobStatus, method, headers, timeoutSec }: Webhook): Record<string, unknown> {
  return { url, job_status: jobStatus, method, headers, timeout: timeoutSec }
}

function isoOrEmpty(epochMs: number | undefined): string {
  return epochMs === undefined ? '' : formatIso(epochMs)
}

function number(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? '1' : '0'
}
