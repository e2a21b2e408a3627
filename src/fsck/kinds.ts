/** What fsck knows to be wrong. docs/fsck.md has a row for each. */
export interface Kind {
  /** What is wrong, as a heading. */
  readonly title: string
  /** What should be so. */
  readonly expected: string
  /** What a repair does; undefined: it is only reported. */
  readonly repair?: string
  /**
   * It may be so for an instant while somebody is at it, since RQ moves jobs by several commands: it counts only if it
   * was exactly the same some time before.
   */
  readonly settles: boolean
}

/** The kinds of damage that fsck knows; docs/fsck.md says what each is. */
export type KindName =
  | 'queued-nowhere'
  | 'started-nowhere'
  | 'filed-nowhere'
  | 'abandoned'
  | 'daemon-dead'
  | 'listed-without-job'
  | 'listed-canceled'
  | 'listed-ended'
  | 'listed-twice'
  | 'listed-elsewhere'
  | 'intermediate-leftover'
  | 'registered-without-job'
  | 'registered-wrongly'
  | 'deferred-for-nothing'
  | 'dependent-without-job'
  | 'never-expires'
  | 'worker-gone'
  | 'queue-stray'
  | 'queue-unknown'
  | 'job-without-data'
  | 'webhook-gone'
  | 'status-unknown'
  | 'key-of-wrong-type'

/** Each kind, in the order in which they are reported. */
export const kinds = {
  'queued-nowhere': {
    title: 'queued jobs that are on no list',
    expected: 'on the list of its queue, or in the hands of a worker',
    repair: 'put at the front of its queue',
    settles: true,
  },
  'started-nowhere': {
    title: 'started jobs that nobody runs',
    expected: 'among the started jobs of its queue',
    repair: 'ended as abandoned: tried again, or failed',
    settles: true,
  },
  'filed-nowhere': {
    title: 'failed, deferred or scheduled jobs in no registry',
    expected: 'in the registry that its status says',
    repair: 'filed there; a scheduled one is due at once',
    settles: true,
  },
  abandoned: {
    title: 'started jobs whose worker is dead',
    expected: 'a sign of life of its worker',
    repair: 'ended as abandoned: tried again, or failed',
    settles: true,
  },
  'daemon-dead': {
    title: 'daemons whose lease has run out',
    expected: 'a lease that is renewed, or its jobs taken over',
    repair: 'its jobs go to the front of their queues',
    settles: true,
  },
  'listed-without-job': {
    title: 'ids on a list whose job is gone',
    expected: 'a job with this id',
    repair: 'taken off the list',
    settles: true,
  },
  'listed-canceled': {
    title: 'canceled jobs that are still on a list',
    expected: 'canceled jobs on no list',
    repair: 'taken off the list',
    settles: true,
  },
  'listed-ended': {
    title: 'jobs on a list that have another status',
    expected: 'status queued',
    settles: true,
  },
  'listed-twice': {
    title: 'ids more than once on a list',
    expected: 'each id once',
    repair: 'all but the first are taken off',
    settles: false,
  },
  'listed-elsewhere': {
    title: 'ids on the lists of two queues',
    expected: 'on the list of its own queue only',
    repair: 'taken off the other list',
    settles: false,
  },
  'intermediate-leftover': {
    title: 'ids that a Python worker took and never started',
    expected: 'started, or back on its queue',
    repair: 'put at the front of its queue; dropped if its job is gone or has gone on',
    settles: true,
  },
  'registered-without-job': {
    title: 'registry entries whose job is gone',
    expected: 'a job with this id',
    repair: 'entry dropped',
    settles: true,
  },
  'registered-wrongly': {
    title: 'registry entries of jobs with another status',
    expected: 'an entry in the registry of its status only',
    repair: 'entry dropped, if the job is where its status says',
    settles: true,
  },
  'deferred-for-nothing': {
    title: 'deferred jobs whose dependencies have all finished',
    expected: 'queued',
    repair: 'put on its queue, if it is known how all of them ended',
    settles: true,
  },
  'dependent-without-job': {
    title: 'notes of dependents whose job is gone',
    expected: 'a job with this id',
    repair: 'note dropped',
    settles: true,
  },
  'never-expires': {
    title: 'keys without the expiry that they should have',
    expected: 'an expiry',
    repair: 'given one; nothing is deleted',
    settles: false,
  },
  'worker-gone': {
    title: 'workers in the sets of workers that are gone',
    expected: 'a live worker of this name',
    repair: 'member dropped',
    settles: true,
  },
  'queue-stray': {
    title: 'members of the set of queues that are no queue',
    expected: 'full keys of queues',
    repair: 'member dropped',
    settles: false,
  },
  'queue-unknown': {
    title: 'queues that the set of queues does not know',
    expected: 'a member of the set of queues',
    repair: 'added to the set',
    settles: true,
  },
  'job-without-data': {
    title: 'hashes of jobs without a call',
    expected: 'the field data',
    repair: 'removed: to all readers there is no such job',
    settles: true,
  },
  'webhook-gone': {
    title: 'entries of the outbox whose webhook is gone',
    expected: 'a webhook with this name',
    repair: 'entry dropped',
    settles: false,
  },
  'status-unknown': {
    title: 'jobs with a status that nobody knows',
    expected: 'one of the statuses of RQ',
    settles: true,
  },
  'key-of-wrong-type': {
    title: 'keys that hold something else',
    expected: 'a key of the type that RQ gives it',
    settles: true,
  },
} as const satisfies Record<KindName, Kind>

export const kindNames = Object.keys(kinds) as KindName[]
