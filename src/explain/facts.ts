/** What is read of a job before anything is decided. Times are epoch milliseconds of the Redis clock or of RQ's texts. */
import type { DeathCertificate } from '../job/certificate.js'
import type { JobHash } from '../job/hash.js'

/** All facts about one job. */
export interface JobFacts {
  readonly jobId: string
  /** On the clock of Redis, as leases and scores are. */
  readonly nowMs: number
  /** Its key in Redis. */
  readonly jobKey: string
  /** Type of that: `none` if there is nothing. */
  readonly keyType: string
  readonly stored: StoredFacts
  /** The queue that it waits on, or belongs to; undefined if nothing says. */
  readonly queue: string | undefined
  /** Its key in Redis; empty if the queue is unknown. */
  readonly queueKey: string
  readonly position: PositionFacts
  readonly places: PlaceFacts
  readonly runs: readonly RunFacts[]
  /** Daemons that hold a lease, or held one. */
  readonly daemons: readonly DaemonFacts[]
  /** The worker that its hash names. */
  readonly runner: WorkerFacts | undefined
  readonly listeners: ListenerFacts
  readonly suspension: SuspensionFacts
  readonly pauses: readonly PauseFacts[]
  /** The queue is paused for all daemons of rqd; undefined: that cannot be read. */
  readonly isPausedEverywhere: boolean | undefined
  readonly dependencies: readonly DependencyFacts[]
  readonly schedulerLock: LockFacts
  readonly rateLimit: RateLimitFacts | undefined
  readonly failure: FailureFacts | undefined
  /** Where an id without a hash was found, and results that are left of it. */
  readonly traces: readonly TraceFacts[]
  readonly resultsLeft: number
}

/** What the hash says. */
export interface StoredFacts {
  readonly hash: JobHash
  /** As written, also where it is no status. */
  readonly statusText: string | undefined
  readonly problems: readonly { readonly field: string; readonly message: string }[]
  /** Of the key; undefined for none. */
  readonly expiresAtMs: number | undefined
  /** 0: there is no `data`. */
  readonly dataBytes: number
  readonly payload: PayloadFacts
}

export type PayloadFacts =
  | { readonly kind: 'unseen' }
  | { readonly kind: 'good'; readonly format: string; readonly func: string | undefined }
  | { readonly kind: 'bad'; readonly problem: string }

/** On the list of its queue. */
export interface PositionFacts {
  /** Null: the list is too long to be searched throughout, and it is not where it should be. */
  readonly isThere: boolean | null
  /** How many ids lie before it; null if it is not there. */
  readonly ahead: number | null
  readonly isTwice: boolean
  /** Ids on the list; null: the key holds something else. */
  readonly length: number | null
}

/** In registries and lists beside its queue: a score, or undefined. */
export interface PlaceFacts {
  readonly finished: number | undefined
  readonly failed: number | undefined
  readonly deferred: number | undefined
  readonly scheduled: number | undefined
  readonly canceled: number | undefined
  readonly ready: number | undefined
  readonly isIntermediate: boolean
}

/** A daemon of ours by its lease. */
export interface DaemonFacts {
  readonly id: string
  readonly name: string
  readonly host: string
  readonly pid: string
  /** 0: being taken over. */
  readonly leaseEndMs: number
}

/** One execution, claimed or shown as running. */
export interface RunFacts {
  /** Undefined for an entry of RQ 1.13. */
  readonly execution: string | undefined
  /** The daemon that has claimed it; undefined: no daemon of ours. */
  readonly holder: DaemonFacts | undefined
  /** Until when it counts as running without another beat; undefined: it is not shown as running. */
  readonly markEndMs: number | undefined
  /** Whether its execution's own key, which expires without beats, is there. */
  readonly isBeating: boolean
}

export interface WorkerFacts {
  readonly name: string
  readonly host: string | null
  readonly pid: number | null
  readonly queues: readonly string[]
  readonly state: string
  readonly currentJob: string | null
  readonly currentSinceMs: number | undefined
  readonly lastBeatMs: number | undefined
  readonly jobs: number
  readonly workSec: number
  /** Not dead by its own word, nor by the lease of its daemon. */
  readonly isAlive: boolean
  /** It belongs to a daemon of rqd, which heeds what is paused everywhere. */
  readonly isOurs: boolean
}

export interface ListenerFacts {
  /** Workers that listen on the queue, at most a hundred of them. */
  readonly workers: readonly WorkerFacts[]
  /** Where nobody alive listens: some of the other workers. */
  readonly others: readonly WorkerFacts[]
  /** Jobs on other queues that some of the workers take first, by queue. */
  readonly backlog: ReadonlyMap<string, number>
}

export interface SuspensionFacts {
  readonly isOn: boolean
  /** Undefined: until somebody resumes. */
  readonly endMs: number | undefined
}

/** A queue that a daemon has paused: its workers take nothing from it. */
export interface PauseFacts {
  readonly queue: string
  readonly daemon: string
  readonly workers: readonly string[]
}

export interface DependencyFacts {
  readonly jobId: string
  readonly queue: string | undefined
  /** Undefined: its hash is gone; empty: it says nothing. */
  readonly status: string | undefined
  /** Whether it knows who waits for it. */
  readonly knowsChild: boolean
}

export interface LockFacts {
  /** Undefined: nobody holds it. */
  readonly holder: string | undefined
}

export interface RateLimitFacts {
  readonly key: string
  readonly concurrency: number | undefined
  readonly holders: readonly string[]
  readonly isWaiting: boolean
}

export interface FailureFacts {
  readonly text: string
  readonly certificate: Partial<DeathCertificate> | undefined
  readonly worker: string | undefined
  readonly atMs: number | undefined
}

/** An id found without its hash. */
export interface TraceFacts {
  readonly queue: string
  readonly place: 'queue' | 'intermediate' | 'finished' | 'failed' | 'deferred' | 'scheduled' | 'canceled' | 'ready'
}
