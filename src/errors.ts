/**
 * The errors of rqd. Each class of trouble has a stable `code`, so that callers branch on the code and never on the
 * text. A message names the thing, what was found, what was expected and, where there is one, the next step.
 */
export type ErrorCode =
  | 'RQD_BAD_OPTION' // an argument or option of ours has a wrong value
  | 'RQD_BAD_DURATION' // a duration is neither integer seconds nor text such as '5m'
  | 'RQD_NO_SUCH_JOB' // the job's hash does not exist
  | 'RQD_NO_SUCH_GROUP' // the group has no jobs
  | 'RQD_NO_SUCH_WORKER' // the worker's hash does not exist
  | 'RQD_DUPLICATE_JOB' // a job that was to be unique has an id that exists already
  | 'RQD_INVALID_JOB_OPERATION' // the job's state does not allow what was asked
  | 'RQD_MALFORMED_JOB' // a field of the job's hash cannot be read
  | 'RQD_BAD_PAYLOAD' // `data` cannot be inflated, decoded or understood
  | 'RQD_UNREPRESENTABLE' // a value cannot be written in, or read from, a serializer's format
  | 'RQD_UNKNOWN_FUNCTION' // no task path holds the function named
  | 'RQD_UNNAMED_FUNCTION' // a function reference has no importable name
  | 'RQD_NAME_TAKEN' // a live worker or daemon already has the name
  | 'RQD_REDIS' // Redis answered with an error, or not in time
  | 'RQD_NOT_REPLICATED' // Redis took a write, but too few replicas had it in time
  | 'RQD_REDIS_UNFIT' // the Redis server lacks something rqd needs
  | 'RQD_PROTOCOL' // a frame or message breaks the executor or control protocol
  | 'RQD_TIMEOUT' // a named step did not end in time
  | 'RQD_UNREACHABLE' // no daemon answers on the control socket
  | 'RQD_SOCKET_IN_USE' // another daemon owns the control socket
  | 'RQD_EXECUTOR' // an executor could not be started
  | 'RQD_RELOAD_REFUSED' // the new configuration or code cannot be used; all stays as it was
  | 'RQD_NO_SUCH_DAEMON' // no living daemon of this Redis has the name or id
  | 'RQD_ORDER_REFUSED' // a daemon takes no order through Redis, or not this one
  | 'RQD_READ_ONLY' // a control socket that is for reading was asked to change something

/** Base of all errors thrown by rqd: an `Error` with a stable `code`. */
export class RqdError extends Error {
  /** What went wrong, for programs. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.code = code
  }
}

/** A job id whose hash is not in Redis: never enqueued, deleted, or expired by its TTL. */
export class NoSuchJobError extends RqdError {
  /** The id that was asked for. */
  readonly jobId: string

  constructor(jobId: string) {
    const name = JSON.stringify(jobId)
    super('RQD_NO_SUCH_JOB', `No such job: ${name} has no hash in Redis (deleted, expired, or never enqueued)`)
    this.jobId = jobId
  }
}

/** A group that has no jobs: never used, or all of them are gone. */
export class NoSuchGroupError extends RqdError {
  /** Its name. */
  readonly group: string

  constructor(group: string) {
    super('RQD_NO_SUCH_GROUP', `No such group: ${JSON.stringify(group)} has no jobs in Redis`)
    this.group = group
  }
}

/** A job that was to be unique has an id that exists already. */
export class DuplicateJobError extends RqdError {
  /** The id that exists already. */
  readonly jobId: string

  constructor(jobId: string) {
    const name = JSON.stringify(jobId)
    const text = `job ${name} exists already and was to be unique: wait until it is gone (an ended job is kept for its TTL), delete it, or choose another jobId`
    super('RQD_DUPLICATE_JOB', text)
    this.jobId = jobId
  }
}

/** The job exists, but its state does not allow what was asked. */
export class InvalidJobOperationError extends RqdError {
  constructor(message: string) {
    super('RQD_INVALID_JOB_OPERATION', message)
  }
}

/** A field of the job's hash cannot be read. `field` names it. */
export class MalformedJobError extends RqdError {
  /** Of the hash. */
  readonly field: string

  constructor(field: string, message: string, options?: ErrorOptions) {
    super('RQD_MALFORMED_JOB', message, options)
    this.field = field
  }
}

/** A job's `data` cannot be inflated, decoded or understood. */
export class PayloadError extends RqdError {
  constructor(message: string, options?: ErrorOptions) {
    super('RQD_BAD_PAYLOAD', message, options)
  }
}

/** A value cannot be written in, or read from, the format of a serializer. */
export class UnrepresentableError extends RqdError {
  constructor(message: string, options?: ErrorOptions) {
    super('RQD_UNREPRESENTABLE', message, options)
  }
}

/** Make an `Error` of whatever was thrown. Use once, at the catch. */
export function coerceError(thrown: unknown): Error {
  if (thrown instanceof Error) return thrown
  return new Error(typeof thrown === 'string' ? thrown : `a value that is no Error was thrown: ${describe(thrown)}`, {
    cause: thrown,
  })
}

/** True if `thrown` is an error of ours with the given code. */
export function hasCode(thrown: unknown, code: ErrorCode): boolean {
  return thrown instanceof RqdError && thrown.code === code
}

function describe(value: unknown): string {
  try {
    // Undefined for a function or a symbol, whatever its type says.
    const json: unknown = JSON.stringify(value)
    return typeof json === 'string' ? json : String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}
