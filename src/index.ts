/** The public names of rqd, and nothing else. */
export { Queue, type EnqueueCall, type Enqueuer, type JobOptions, type QueueOptions } from './queue.js'
export { Job, type JobResult } from './job.js'
export type { JobStatus } from './job/status.js'
export type { Duration } from './duration.js'
export type { SerializerName } from './serial/serializer.js'
export type { TaskFunction } from './task-name.js'
export * from './serial/python-values.js'
export {
  InvalidJobOperationError,
  MalformedJobError,
  NoSuchJobError,
  PayloadError,
  RqdError,
  UnrepresentableError,
  type ErrorCode,
} from './errors.js'
