import { rqDefaults } from '../rq-defaults.js'

/**
 * Every key name of rqd, and nowhere else. RQ's own keys carry the prefix (default `rq`); what RQ lacks lives under
 * the prefix plus `d` (default `rqd`), where RQ's tools never look. For Redis Cluster the prefix carries a hash tag
 * (`{tenant}:rq`), which puts all keys of one tenant into one slot; scripts rely on that when they derive keys.
 */
export interface Keys {
  readonly prefix: string
  readonly ownPrefix: string
  /** Set of the full keys of all known queues. */
  readonly queues: string
  /** Set of the full keys of all live workers. */
  readonly workers: string
  /** Exists while all workers are suspended. */
  readonly suspended: string
  queue(queue: string): string
  /** Inverse of `queue`, for members of `queues`: undefined if the text is no queue key. */
  queueName(key: string): string | undefined
  intermediate(queue: string): string
  job(jobId: string): string
  dependents(jobId: string): string
  dependencies(jobId: string): string
  results(jobId: string): string
  executions(jobId: string): string
  execution(jobId: string, execution: string): string
  started(queue: string): string
  finished(queue: string): string
  failed(queue: string): string
  deferred(queue: string): string
  scheduled(queue: string): string
  canceled(queue: string): string
  /** Jobs of RQ 3.0dev whose dependencies are met, about to be queued. */
  ready(queue: string): string
  /** Held by the one scheduler that moves a queue's scheduled jobs. */
  schedulerLock(queue: string): string
  /** Hash that describes a scheduler. */
  scheduler(name: string): string
  /** Sorted set of the names of cron schedulers by their last sign of life, epoch seconds. */
  readonly cronSchedulers: string
  /** Hash that describes a cron scheduler and its entries. */
  cronScheduler(name: string): string
  /** Sorted set of the ids of the last jobs of a cron entry. */
  cronJobs(entry: string): string
  /** Hash of a rate limit of RQ 3.0dev: its `concurrency`. */
  rateLimit(limit: string): string
  /** Sorted sets of the ids of jobs that hold a slot of it, and of those that wait for one. */
  rateLimitAllowed(limit: string): string
  rateLimitWaiting(limit: string): string
  /** Set of the names of all groups. */
  readonly groups: string
  /** Set of the ids of a group's jobs. */
  group(name: string): string
  worker(worker: string): string
  /** Inverse of `worker`, for members of `workers`: undefined if the text is no worker key. */
  workerName(key: string): string | undefined
  /** Set of the full keys of the workers that listen on a queue. */
  queueWorkers(queue: string): string
  workerExecutions(worker: string): string
  /** Pub/sub channel of a worker's commands. */
  workerCommands(worker: string): string
  /** Ours. Set of the keys of the queues that are paused for all daemons; `*` for every queue. */
  readonly pausedQueues: string
  /** Ours. Sorted set of supervisor ids by the end of their lease, milliseconds of the Redis clock. */
  readonly supervisors: string
  /** Ours. Hash that describes a supervisor: host, boot id, pid, start time. */
  supervisor(supervisorId: string): string
  /** Ours. Hash of the jobs that a supervisor holds: execution id to JSON {id, queue}. */
  claims(supervisorId: string): string
  /** Ours. List of the orders to a daemon that it has not taken up yet, JSON. */
  orders(supervisorId: string): string
  /** Ours. Pub/sub channel on which the id of a supervisor is told when there is an order for it. */
  readonly orderCalls: string
  /** Ours. Hash of what has become of an order. */
  answer(order: string): string
  /** Ours. Held by whoever restarts the daemons one by one. */
  readonly upgrade: string
  /** Exists while somebody cleans a queue's registries, and with RQ 1.13 for 15 minutes from then. */
  cleaning(queue: string): string
  /** Ours. Hash of the abandoned entries of a queue's started jobs that we are about to recover. */
  abandoned(queue: string): string
  /** Ours. Hash of the ids that we have seen on a queue's intermediate list, and when. */
  intermediateSeen(queue: string): string
  /** Ours. Sorted set of the names of cron entries by when they were last held, milliseconds of the Redis clock. */
  readonly cronEntries: string
  /** Ours. Hash of what has become of a cron entry, and who holds it. */
  cronEntry(entry: string): string
  /** Ours. Sorted set of webhooks to be sent by the time at which they are due, milliseconds of the Redis clock. */
  readonly webhooks: string
  /** Ours. Hash of one webhook to be sent. */
  webhook(entry: string): string
  /** Ours. Hash of the minutes of an hour, counted from the epoch on the Redis clock: minute to what happened in it. */
  history(hour: number | string): string
  /** Ours. Held by the one who samples the fleet once a minute. */
  readonly historySampler: string
}

export const DEFAULT_PREFIX = rqDefaults.prefix

/** Build the key names for a prefix. */
export function createKeys(prefix: string = DEFAULT_PREFIX): Keys {
  const own = `${prefix}d`
  const queuePrefix = `${prefix}:queue:`
  const workerPrefix = `${prefix}:worker:`
  return {
    prefix,
    ownPrefix: own,
    queues: `${prefix}:queues`,
    workers: `${prefix}:workers`,
    suspended: `${prefix}:suspended`,
    queue: (queue) => queuePrefix + queue,
    queueName: (key) => (key.startsWith(queuePrefix) ? key.slice(queuePrefix.length) : undefined),
    intermediate: (queue) => `${queuePrefix}${queue}:intermediate`,
    job: (jobId) => `${prefix}:job:${jobId}`,
    dependents: (jobId) => `${prefix}:job:${jobId}:dependents`,
    // RQ's own spelling has two colons after `job` here.
    dependencies: (jobId) => `${prefix}:job::${jobId}:dependencies`,
    results: (jobId) => `${prefix}:results:${jobId}`,
    executions: (jobId) => `${prefix}:executions:${jobId}`,
    execution: (jobId, execution) => `${prefix}:execution:${jobId}:${execution}`,
    started: (queue) => `${prefix}:wip:${queue}`,
    finished: (queue) => `${prefix}:finished:${queue}`,
    failed: (queue) => `${prefix}:failed:${queue}`,
    deferred: (queue) => `${prefix}:deferred:${queue}`,
    scheduled: (queue) => `${prefix}:scheduled:${queue}`,
    canceled: (queue) => `${prefix}:canceled:${queue}`,
    ready: (queue) => `${prefix}:ready:${queue}`,
    schedulerLock: (queue) => `${prefix}:scheduler-lock:${queue}`,
    scheduler: (name) => `${prefix}:scheduler:${name}`,
    cronSchedulers: `${prefix}:cron_schedulers`,
    cronScheduler: (name) => `${prefix}:cron_scheduler:${name}`,
    cronJobs: (entry) => `${prefix}:cron_job:${entry}:jobs`,
    rateLimit: (limit) => `${prefix}:rl:${limit}`,
    rateLimitAllowed: (limit) => `${prefix}:rl:${limit}:allowed`,
    rateLimitWaiting: (limit) => `${prefix}:rl:${limit}:rate_limited`,
    groups: `${prefix}:groups`,
    group: (name) => `${prefix}:group:${name}`,
    worker: (worker) => workerPrefix + worker,
    workerName: (key) => (key.startsWith(workerPrefix) ? key.slice(workerPrefix.length) : undefined),
    queueWorkers: (queue) => `${prefix}:workers:${queue}`,
    workerExecutions: (worker) => `${prefix}:worker:${worker}:executions`,
    workerCommands: (worker) => `${prefix}:pubsub:${worker}`,
    pausedQueues: `${own}:paused`,
    supervisors: `${own}:supervisors`,
    supervisor: (supervisorId) => `${own}:supervisor:${supervisorId}`,
    claims: (supervisorId) => `${own}:claims:${supervisorId}`,
    orders: (supervisorId) => `${own}:orders:${supervisorId}`,
    orderCalls: `${own}:orders`,
    answer: (order) => `${own}:answer:${order}`,
    upgrade: `${own}:upgrade`,
    cleaning: (queue) => `${prefix}:clean_registries:${queue}`,
    abandoned: (queue) => `${own}:abandoned:${queue}`,
    intermediateSeen: (queue) => `${own}:intermediate:${queue}`,
    cronEntries: `${own}:cron`,
    cronEntry: (entry) => `${own}:cron:${entry}`,
    webhooks: `${own}:webhooks`,
    webhook: (entry) => `${own}:webhook:${entry}`,
    history: (hour) => `${own}:history:${hour}`,
    historySampler: `${own}:history:sampler`,
  }
}

/**
 * A key that never exists, in the slot of another one. A script that is given it too is refused by the nodes of a cluster
 * while the slot moves, before it does anything. Without it a script would be let in as long as the keys that it is given
 * are there, and would be ended in the middle, with half of it written, by the first key that has left.
 * @returns undefined if the key has no hash tag, so that nothing ties the keys of a script to one slot
 */
export function guardKey(key: string): string | undefined {
  const [, tag] = /^[^{]*\{([^}]+)\}/.exec(key) ?? []
  return tag === undefined ? undefined : `{${tag}}:rqd:never`
}
