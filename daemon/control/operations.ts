import type { Counters } from '../../src/worker/counters.js'

/**
 * What the daemon does. `starting` until executors are warm; `paused` when every queue is; `suspended` by RQ's mark
 * for all workers; `draining` while running jobs end; `drained` when they have; `stopping` until the process ends.
 */
export type DaemonState = 'starting' | 'running' | 'paused' | 'suspended' | 'draining' | 'drained' | 'stopping'

/** The document that `status` gives. Fields may be added, never renamed. */
export interface Status {
  readonly state: DaemonState
  readonly pid: number
  readonly name: string
  readonly version: string
  readonly uptimeSec: number
  /** `url` without its password. `roundTripMs` is null while Redis does not answer. */
  readonly redis: { readonly url: string; readonly connected: boolean; readonly roundTripMs: number | null }
  readonly executors: readonly ExecutorStatus[]
  readonly queues: readonly QueueStatus[]
  readonly counters: Readonly<Counters>
  /** Whose jobs are run; only where the daemon has tenants. */
  readonly tenants?: readonly TenantStatus[] | undefined
}

/** How the daemon fares with one tenant. */
export interface TenantStatus {
  readonly name: string
  readonly weight: number
  /** What it does for this tenant. */
  readonly state: DaemonState
  /** The link to the Redis that has this tenant's keys. */
  readonly connected: boolean
  readonly roundTripMs: number | null
  /** Jobs of this tenant that run now. */
  readonly running: number
  readonly counters: Readonly<Counters>
}

export interface ExecutorStatus {
  /** Null while no process runs in this slot. */
  readonly pid: number | null
  /** The RQ worker name of the slot. */
  readonly worker: string
  /**
   * `recycling`: it ends its jobs while another one serves the slot. `backoff`: executors of the slot die before they
   * do anything, and are started ever more slowly. `fatal`: they are tried only now and then.
   */
  readonly state: 'starting' | 'idle' | 'busy' | 'stopping' | 'recycling' | 'backoff' | 'fatal'
  /** The job that it runs, the oldest if there are several. */
  readonly jobId: string | null
  readonly queue: string | null
  /** The job's description: function and arguments, as whoever enqueued it wrote them. */
  readonly func: string | null
  readonly runningSec: number | null
  /** Jobs that it runs now. */
  readonly running: number
  /** Short jobs that were handed over ahead and have not begun. */
  readonly ahead: number
  readonly rssBytes: number | null
  /** Its memory, where pages shared with other processes count in part. */
  readonly pssBytes: number | null
  readonly jobsDone: number
  /** Why it is being replaced; null if it is not. */
  readonly recycling: 'jobs' | 'rss' | 'age' | 'fresh' | 'restart' | null
  /** How often executors of this slot were replaced, by reason. */
  readonly recycled: Readonly<Record<'jobs' | 'rss' | 'age' | 'fresh' | 'restart', number>>
  /** Executors in a row that died before they did anything, and what is known of the last one's end. */
  readonly failures: number
  readonly trouble: string | null
  /** Whose job it runs; null while it runs none. Only where the daemon has tenants. */
  readonly tenant?: string | null | undefined
}

export interface QueueStatus {
  readonly name: string
  /** Jobs waiting; null if Redis does not answer or the key holds no list. */
  readonly depth: number | null
  /** By this daemon, or by all. */
  readonly paused: boolean
  /** Whether it is paused for all daemons of this Redis. */
  readonly pausedEverywhere: boolean
  /** How long its first job has been waiting; null if there is none or it does not say. */
  readonly oldestAgeSec: number | null
  /** Whose queue it is. Only where the daemon has tenants. */
  readonly tenant?: string | undefined
}

/** Sent to a connection while its `drain` goes on. */
export const DRAIN_PROGRESS = 'drain.progress'

/** A look at a drain under way: what that notification carries. */
export interface DrainProgress {
  readonly running: number
  readonly elapsedSec: number
}

export interface DrainReply {
  /** False if the deadline came first. */
  readonly drained: boolean
  /** Jobs that were still running at the deadline and went back to the front of their queues. */
  readonly handedBack: number
  readonly elapsedSec: number
}

/** Sent to a connection while a `scale`, `restart-executors` or `reload` of it goes on. */
export const ROLLOUT_PROGRESS = 'rollout.progress'

/** A look at a change of the executors under way: what that notification carries. */
export interface RolloutProgress {
  /**
   * `waiting`: another such change goes first. `checking`: a trial executor loads configuration and code. `starting`:
   * executors get warm. `ending`: executors that serve no more end their jobs.
   */
  readonly step: 'waiting' | 'checking' | 'starting' | 'ending'
  /** Executors that serve as they should, and how many are to. */
  readonly done: number
  readonly total: number
  /** Jobs that executors still run which serve no more. */
  readonly running: number
  readonly elapsedSec: number
}

export interface ScaleReply {
  /** How many executors serve now, and did before. */
  readonly executors: number
  readonly was: number
  /** How many more still end their jobs, and take nothing new. */
  readonly ending: number
  readonly elapsedSec: number
}

export interface RestartReply {
  /** How many executors serve now, all of them new. */
  readonly executors: number
  /** How many old ones still end their jobs, and take nothing new. */
  readonly ending: number
  readonly elapsedSec: number
}

export interface ReloadReply extends RestartReply {
  /** Options whose new value counts now. */
  readonly changed: readonly string[]
  /** Options that have changed as well, and count from the next start of the daemon on. */
  readonly needRestart: readonly string[]
}

/** Part of what a job printed. Positions count the bytes of both streams since its function began. */
export interface LogPart {
  /** `unknown`: it is not running here, and nothing that it printed is kept. */
  readonly state: 'running' | 'ended' | 'unknown'
  /** Where the text begins: later than asked for, if what was there is kept no more. */
  readonly from: number
  /** Where the next part begins. */
  readonly next: number
  readonly pieces: readonly { readonly stream: 'stdout' | 'stderr'; readonly text: string }[]
}

/** Everything that can be asked of a running daemon. The control socket serves it; the supervisor implements it. */
export interface Operations {
  status(): Promise<Status>
  /**
   * Start no more jobs from these queues; from none at all if the list is empty. Running jobs go on.
   * @throws RqdError RQD_BAD_OPTION for a queue that this daemon does not serve.
   * @returns the queues that are paused now.
   */
  pause(queues: readonly string[]): Promise<{ paused: string[] }>
  /** Undo `pause` and `drain`; for all queues if the list is empty. */
  resume(queues: readonly string[]): Promise<{ paused: string[] }>
  /**
   * Start no more jobs and wait until the running ones have ended. At the deadline (null: none) those left are ended
   * and handed back. The daemon stays up, drained, until it is resumed or shut down.
   */
  drain(timeoutSec: number | null, onProgress: (progress: DrainProgress) => void): Promise<DrainReply>
  /**
   * Have so many executors from now on. Resolves when they are warm, and none too many takes jobs; with `wait`, when
   * those too many have ended theirs.
   * @throws RqdError RQD_NAME_TAKEN, RQD_REDIS; RQD_EXECUTOR if they do not start, or the daemon is not running
   */
  scale(executors: number, wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ScaleReply>
  /**
   * Replace all executors, one by one; no job is interrupted. Resolves when new ones serve; with `wait`, when the old
   * ones have ended their jobs.
   * @throws RqdError RQD_EXECUTOR if new ones do not start, or the daemon is not running
   */
  restartExecutors(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<RestartReply>
  /**
   * Read the configuration again, try it and the code with an executor that takes no jobs, and replace all executors.
   * @throws RqdError RQD_RELOAD_REFUSED saying why; nothing has changed then. As `restartExecutors` otherwise.
   */
  reload(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ReloadReply>
  /**
   * What a job has printed from a position on, of what is kept. If there is nothing new and it is still running, the
   * answer waits for more, at most `waitSec`.
   */
  logs(jobId: string, from: number, waitSec: number): Promise<LogPart>
  /** Begin to stop: after the running jobs, or with `now` at once, handing them back. Resolves when it has begun. */
  shutdown(now: boolean): Promise<{ running: number }>
}
