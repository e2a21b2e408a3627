/** The stable code of a cause. */
export type Cause =
  | 'missing'
  | 'gone'
  | 'gone-in-place'
  | 'not-a-job'
  | 'no-data'
  | 'unreadable-field'
  | 'undecodable'
  | 'suspended'
  | 'paused-everywhere'
  | 'paused'
  | 'no-worker'
  | 'workers-busy'
  | 'outranked'
  | 'duplicated'
  | 'expires-first'
  | 'behind-others'
  | 'next-in-line'
  | 'claimed'
  | 'held-by-dead'
  | 'intermediate'
  | 'orphaned'
  | 'created'
  | 'rate-limited'
  | 'ready'
  | 'dependency-unfinished'
  | 'dependency-failed'
  | 'dependency-lost'
  | 'scheduled'
  | 'retry-planned'
  | 'repeat-planned'
  | 'overdue'
  | 'no-scheduler'
  | 'running'
  | 'overrunning'
  | 'abandoned'
  | 'finished'
  | 'failed'
  | 'died'
  | 'timed-out'
  | 'unknown-function'
  | 'stopped'
  | 'canceled'
  | 'misplaced'

/** Every cause that an explanation can name: its stable code, and what it means. In the order of docs/explain.md. */
export const causes: Readonly<Record<Cause, string>> = {
  missing: 'There is no such job, and no trace of one.',
  gone: 'The job has expired or was deleted; results or entries of it are left.',
  'gone-in-place': 'The job has expired or was deleted, but its id still waits somewhere.',
  'not-a-job': 'The key of the job holds something that is no hash.',
  'no-data': 'The hash has no field `data`: there is no call to run.',
  'unreadable-field': 'A field of the hash cannot be read: rqd fails the job, a Python worker quits.',
  undecodable: 'The call cannot be decoded: made by another serializer, damaged, or in need of Python.',
  suspended: 'All workers of this Redis are suspended.',
  'paused-everywhere': 'The queue is paused for all daemons, and no worker of Python RQ serves it.',
  paused: 'The daemons that serve the queue have it paused.',
  'no-worker': 'No live worker listens on the queue.',
  'workers-busy': 'All workers of the queue are busy.',
  outranked: 'All workers of the queue take jobs of more urgent queues first.',
  duplicated: 'The id lies on the queue more than once: it may be run more than once.',
  'expires-first': 'The `ttl` of the job will run out before it is run.',
  'behind-others': 'Other jobs of the queue come first.',
  'next-in-line': 'It is the next job of the queue, and a worker is free.',
  claimed: 'A worker has taken it and is about to begin.',
  'held-by-dead': 'The daemon that holds it is dead, or was frozen for longer than its lease.',
  intermediate: 'A Python worker has taken it off its queue and has not begun.',
  orphaned: 'Its hash says that it waits or runs, but it is in no place where anybody would find it.',
  created: 'It was saved and never put on a queue.',
  'rate-limited': 'It waits for a slot of its rate limit (RQ 3.0dev).',
  ready: 'Its dependencies are met, and the step that puts it on its queue is missing (RQ 3.0dev).',
  'dependency-unfinished': 'It waits for jobs that have not ended yet.',
  'dependency-failed': 'It waits for a job that did not end well, so it never runs unless that one is run again.',
  'dependency-lost': 'Nothing that it waits for can release it any more.',
  scheduled: 'It is scheduled for a time that has not come.',
  'retry-planned': 'It has failed and is to be tried again later.',
  'repeat-planned': 'It has finished and is to run again later.',
  overdue: 'Its time has come, and its scheduler has not moved it yet.',
  'no-scheduler': 'No scheduler looks after the scheduled jobs of the queue.',
  running: 'It runs.',
  overrunning: 'It runs, and its limit has passed.',
  abandoned: 'Its worker is gone, and nobody has taken the job over yet; or it was failed for that.',
  finished: 'It has finished.',
  failed: 'Its function, or a callback, threw.',
  died: 'The process that ran it died.',
  'timed-out': 'It ran longer than its limit.',
  'unknown-function': 'The worker does not have its function.',
  stopped: 'Somebody stopped it while it ran.',
  canceled: 'Somebody canceled it.',
  misplaced: 'Its id lies on the queue although its status says otherwise: a worker may run it.',
}
