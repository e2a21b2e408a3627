/** The public names of rqd, and nothing else. */
export { Queue, type Enqueuer, type JobsOf, type QueueOptions } from './queue.js'
export type { EnqueueCall, JobOptions, ResultOf } from './enqueue-call.js'
export { EnqueueManyError } from './enqueue-many.js'
export { dependency, type Dependency, type DependencyOptions, type DependsOn, type JobRef } from './dependency.js'
export { Retry, type ExponentialOptions, type RetryOptions } from './retry.js'
export { Repeat, type RepeatOptions } from './repeat.js'
export { callback, type Callback, type CallbackOption } from './callback.js'
export { Group, type GroupOptions } from './group.js'
export { job, type Delay, type Delayed, type DelayedOptions } from './delayed.js'
export { Job, type JobResult } from './job.js'
export type { JobStatus } from './job/status.js'
export type { Duration } from './duration.js'
export type { SerializerName } from './serial/serializer.js'
export type { TaskFunction } from './task-name.js'
export * from './serial/python-values.js'
export {
  DuplicateJobError,
  InvalidJobOperationError,
  MalformedJobError,
  NoSuchJobError,
  PayloadError,
  RqdError,
  UnrepresentableError,
  type ErrorCode,
} from './errors.js'
