/**
 * The public names of rqd, and nothing else.
 * @module rqd
 */
export { Queue } from './queue.js'
export type { Enqueuer, Enqueuing, JobsOf, QueueOptions } from './enqueuer.js'
export {
  pauseAudience,
  pauseEverywhere,
  pausedEverywhere,
  resumeEverywhere,
  type PauseAudience,
  type Pauses,
} from './fleet/pauses.js'
export { isSuspended, resume, suspend, type SuspendOptions } from './fleet/suspension.js'
export { sendKillHorseCommand, sendShutdownCommand } from './fleet/worker-command.js'
export { WorkerInfo, type WorkerFilter, type WorkerPlace } from './fleet/worker.js'
export { CanceledJobRegistry } from './registries/canceled.js'
export { DeferredJobRegistry } from './registries/deferred.js'
export { FailedJobRegistry } from './registries/failed.js'
export { FinishedJobRegistry } from './registries/finished.js'
export { ScheduledJobRegistry } from './registries/scheduled.js'
export { StartedJobRegistry } from './registries/started.js'
export { JobRegistry, type IdRange, type JobOrId, type RegistryOptions } from './registries/registry.js'
export type { EnqueueCall, JobOptions, ResultOf } from './enqueue-call.js'
export { NotReplicatedError } from './not-replicated.js'
export { EnqueueManyError } from './enqueue-many.js'
export { Job, type FetchOptions, type JobResult } from './job.js'
export { CurrentJob, getCurrentJob } from './current-job.js'
export { openRedis, type OpenRedisOptions } from './open-redis.js'
export { popConnection, pushConnection, withConnection, type Connection } from './connections.js'
export { dependency, type Dependency, type DependencyOptions, type DependsOn, type JobRef } from './dependency.js'
export { Retry, type ExponentialOptions, type RetryOptions } from './retry.js'
export { Repeat, type RepeatOptions } from './repeat.js'
export { webhook, type WebhookOptions } from './webhook.js'
export type { Webhook } from './job/hash.js'
export { callback, type Callback, type CallbackOption } from './callback.js'
export { Group, type GroupOptions } from './group.js'
export { job, type Delay, type Delayed, type DelayedOptions } from './delayed.js'
export { CronScheduler, type CronSchedulerOptions, type CronStep } from './cron/scheduler.js'
export type { CronEntryOptions } from './cron/entry.js'
export type { CronFiring } from './cron/fire.js'
export type { BackfillOptions } from './cron/backfill.js'
export { nextCronTick, type ScheduleOptions } from './cron/schedule.js'
export type { JobStatus } from './job/status.js'
export { explainJob } from './explain/explain-job.js'
export type { Explanation, Fact, Verdict } from './explain/explanation.js'
export type { Cause } from './explain/causes.js'
export { Worker, type WorkerOptions, type WorkOptions } from './worker.js'
export {
  DaemonWorker,
  type ExceptionHandler,
  type FailedEnd,
  type FinishedEnd,
  type Hooks,
  type JobEnd,
  type StoppedEnd,
  type WorkerParts,
} from './run/daemon-worker.js'
export { DeathPenalty } from './run/death-penalty.js'
export type { CallbackJob } from './run/callback-job.js'
export type { Duration } from './duration.js'
export type { Intervals } from './intervals.js'
export type { Clock } from './clock.js'
export type { Random } from './random.js'
export type { LogFields, Logger } from './logger.js'
export type { SerializerName } from './serial/serializer.js'
export type { TaskFunction } from './task-name.js'
export * from './serial/python-values.js'
export { fsck, type FsckOptions } from './fsck/fsck.js'
export type { FsckFinding, FsckProgress, FsckReport } from './fsck/report.js'
export type { KindName as FsckKind } from './fsck/kinds.js'
export type { MemoryRow } from './fsck/memory.js'
export {
  DuplicateJobError,
  InvalidJobOperationError,
  MalformedJobError,
  NoSuchGroupError,
  NoSuchJobError,
  PayloadError,
  RqdError,
  UnrepresentableError,
  type ErrorCode,
} from './errors.js'
