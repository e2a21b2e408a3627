/** Name of the notification that carries an event. */
export const EVENT = 'event'

/** What can happen, with what an event says of it beside `seq`, `time` and `type`. */
export const eventTypes = {
  'job.started': 'its function was called: `jobId`, `queue`, `func`, `worker`',
  'job.finished': 'it ended well: the same, `durationSec`',
  'job.failed': 'it failed for good: the same, `error`',
  'job.retried': 'it failed and will be tried again: the same, `error`, `retriesLeft`, `delaySec`',
  'job.handed-back': 'it was interrupted and is at the front of its queue: the same',
  'job.stopped': 'an operator ended it: the same',
  'job.recovered': 'jobs that a dead worker left behind were put back or failed: `count`',
  'job.summed':
    'in place of single events where there are more than 500 of a kind a second: `queue`, and how many `started`, `finished`, `failed`, `retried`, `handedBack`, `stopped`',
  'executor.started': 'a process was forked: `worker`, `pid`',
  'executor.ended': 'it is gone: `worker`, `pid`, `exitCode`, `signal`',
  'executor.recycled': 'it has reached a limit of its life and ends its jobs: `worker`, `pid`, `reason`',
  'daemon.state': 'the daemon is in another `state`; `was`',
  'queue.paused': 'no more jobs are started from some queues: `queues`, all that are paused now',
  'queue.resumed': 'jobs are started again: `queues`, all that are paused still',
  'config.reloaded': 'a reload has taken effect: `changed`, `needRestart`',
  'config.refused': 'a reload was refused, and all stays as it was: `error`',
  'redis.lost': 'Redis does not answer',
  'redis.found': 'Redis answers again',
} as const

export type EventType = keyof typeof eventTypes

/** The part of a type before the dot. */
export type EventGroup = EventType extends `${infer Group}.${string}` ? Group : never

export const eventGroups: readonly EventGroup[] = ['job', 'executor', 'daemon', 'queue', 'config', 'redis']

/** Something that has happened. Its other fields depend on the type. */
export interface DaemonEvent {
  /** Counted from 1 since the daemon started. */
  readonly seq: number
  /** ISO time. */
  readonly time: string
  readonly type: string
  /** Events before this one that were dropped, because the reader was too slow. */
  readonly missed?: number | undefined
  /** Whom it is about, on a daemon with tenants; none: the daemon as a whole. */
  readonly tenant?: string | undefined
  readonly [field: string]: unknown
}

/** Which events somebody wants: none named means all. */
export interface EventFilter {
  readonly types: readonly (EventType | EventGroup)[]
  readonly queues: readonly string[]
}

/** Whether an event passes a filter. Pure. */
export function passes({ types, queues }: EventFilter, event: DaemonEvent): boolean {
  const wanted = types as readonly string[]
  const isType = wanted.length === 0 || wanted.includes(event.type) || wanted.includes(groupOf(event.type))
  if (!isType) return isSumOf(wanted, event.type) && ofQueue(queues, event)
  return ofQueue(queues, event)
}

// Where single events are summed, whoever wants those gets the sums.
function isSumOf(wanted: readonly string[], type: string): boolean {
  return type === 'job.summed' && wanted.some((name) => groupOf(name) === 'job')
}

function ofQueue(queues: readonly string[], event: DaemonEvent): boolean {
  if (queues.length === 0) return true
  const named = [event['queue'], event['queues']].flat()
  return queues.some((queue) => named.includes(queue))
}

function groupOf(type: string): string {
  return type.split('.', 1)[0] ?? ''
}
