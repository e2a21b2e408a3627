import type { CronRow } from '../../../src/cron/list.js'
import { RqdError } from '../../../src/errors.js'
import { newCounters } from '../../../src/worker/counters.js'
import type {
  DrainProgress,
  DrainReply,
  LogPart,
  Operations,
  ReloadReply,
  RestartReply,
  RolloutProgress,
  ScaleReply,
  Status,
} from '../../../daemon/control/operations.js'
import { tenantStatus } from '../../helpers/tenant-status.js'

/** A daemon that only remembers what it was asked. */
export class FakeOperations implements Operations {
  readonly calls: unknown[][] = []
  readonly paused = new Set<string>()
  status_: Status = sampleStatus
  /** What `drain` reports on its way. */
  progress: DrainProgress[] = [
    { running: 2, elapsedSec: 0 },
    { running: 1, elapsedSec: 1.5 },
  ]
  drained: DrainReply = { drained: true, handedBack: 0, elapsedSec: 2.5 }
  log: LogPart = { state: 'ended', from: 0, next: 3, pieces: [{ stream: 'stdout', text: 'hi\n' }] }
  /** What changes of the executors report on their way, and how they end. */
  rollout: RolloutProgress[] = [
    { step: 'checking', done: 0, total: 4, running: 0, elapsedSec: 0 },
    { step: 'starting', done: 1, total: 4, running: 0, elapsedSec: 0.4 },
    { step: 'starting', done: 3, total: 4, running: 0, elapsedSec: 1.2 },
    { step: 'ending', done: 4, total: 4, running: 1, elapsedSec: 2 },
  ]
  restarted: RestartReply = { executors: 4, ending: 0, elapsedSec: 2.5 }
  was = 2
  reloaded: Pick<ReloadReply, 'changed' | 'needRestart'> = { changed: [], needRestart: [] }
  /** Holds up every answer until it resolves. */
  gate: Promise<unknown> = Promise.resolve()
  /** Thrown by every operation. */
  failure: Error | undefined
  running = 0
  mostRunning = 0

  status(): Promise<Status> {
    return this.#answer(['status'], () => this.status_)
  }

  pause(queues: readonly string[]): Promise<{ paused: string[] }> {
    return this.#answer(['pause', queues], () => {
      this.#checkQueues(queues)
      for (const queue of queues.length === 0 ? ['high', 'low'] : queues) this.paused.add(queue)
      return { paused: [...this.paused] }
    })
  }

  resume(queues: readonly string[]): Promise<{ paused: string[] }> {
    return this.#answer(['resume', queues], () => {
      this.#checkQueues(queues)
      for (const queue of queues.length === 0 ? [...this.paused] : queues) this.paused.delete(queue)
      return { paused: [...this.paused] }
    })
  }

  drain(timeoutSec: number | null, onProgress: (progress: DrainProgress) => void): Promise<DrainReply> {
    return this.#answer(['drain', timeoutSec], () => {
      this.progress.forEach(onProgress)
      return this.drained
    })
  }

  scale(executors: number, wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ScaleReply> {
    return this.#answer(['scale', executors, wait], () => {
      this.rollout.filter(({ step }) => step !== 'checking').forEach(onProgress)
      return { ...this.restarted, executors, was: this.was }
    })
  }

  restartExecutors(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<RestartReply> {
    return this.#answer(['restartExecutors', wait], () => {
      this.rollout.filter(({ step }) => step !== 'checking').forEach(onProgress)
      return this.restarted
    })
  }

  reload(wait: boolean, onProgress: (progress: RolloutProgress) => void): Promise<ReloadReply> {
    return this.#answer(['reload', wait], () => {
      this.rollout.forEach(onProgress)
      return { ...this.restarted, ...this.reloaded }
    })
  }

  logs(jobId: string, from: number, waitSec: number): Promise<LogPart> {
    return this.#answer(['logs', jobId, from, waitSec], () => this.log)
  }

  shutdown(now: boolean): Promise<{ running: number }> {
    return this.#answer(['shutdown', now], () => ({ running: 3 }))
  }

  #checkQueues(queues: readonly string[]): void {
    for (const queue of queues) {
      if (queue === 'high' || queue === 'low') continue
      throw new RqdError('RQD_BAD_OPTION', `queue "${queue}" is not served here; expected one of high, low`)
    }
  }

  async #answer<T>(call: unknown[], answer: () => T): Promise<T> {
    this.calls.push(call)
    this.running++
    this.mostRunning = Math.max(this.mostRunning, this.running)
    try {
      await this.gate
      if (this.failure !== undefined) throw this.failure
      return answer()
    } finally {
      this.running--
    }
  }
}

export const sampleCron: CronRow[] = [
  {
    name: 'nightly',
    func: 'reports.build',
    queue: 'low',
    cron: '0 3 * * *',
    intervalSec: null,
    timeZone: 'Europe/Berlin',
    backfill: true,
    holder: 'box:42:0c4e11',
    nextTick: '2026-11-25T02:00:00.000Z',
    lastTick: '2026-11-24T02:00:00.000Z',
    lastJobId: '7b1c6a3e-54c7-4f0e-9a53-0d7d9c2f4e11',
  },
  {
    name: 'poll \x1b[31m',
    func: 'mail.poll',
    queue: 'high',
    cron: null,
    intervalSec: 90,
    timeZone: null,
    backfill: false,
    holder: null,
    nextTick: null,
    lastTick: null,
    lastJobId: null,
  },
]

export const sampleStatus: Status = {
  state: 'running',
  pid: 4321,
  name: 'web-1',
  version: '0.1.0',
  uptimeSec: 192.4,
  redis: { url: 'redis://:***@localhost:6379/0', connected: true, roundTripMs: 0.42 },
  executors: [
    {
      pid: 4330,
      worker: 'web-1.1',
      state: 'busy',
      jobId: '7b1c6a3e-54c7-4f0e-9a53-0d7d9c2f4e11',
      queue: 'high',
      func: 'shop.orders.send_confirmation(order=17, \x1b[31mcopy=True)',
      runningSec: 75.2,
      running: 1,
      ahead: 0,
      rssBytes: 48 * 1024 * 1024,
      pssBytes: 31 * 1024 * 1024,
      jobsDone: 1204,
      recycling: null,
      recycled: { jobs: 2, rss: 1, age: 0, fresh: 0, restart: 0 },
      failures: 0,
      trouble: null,
    },
    {
      pid: null,
      worker: 'web-1.2',
      state: 'backoff',
      jobId: null,
      queue: null,
      func: null,
      runningSec: null,
      running: 0,
      ahead: 0,
      rssBytes: null,
      pssBytes: null,
      jobsDone: 7,
      recycling: null,
      recycled: { jobs: 0, rss: 0, age: 0, fresh: 0, restart: 0 },
      failures: 4,
      trouble: 'it ended with exit code 7',
    },
  ],
  queues: [
    { name: 'high', depth: 3, paused: false, pausedEverywhere: false, oldestAgeSec: 12.9 },
    { name: 'low', depth: 1500, paused: true, pausedEverywhere: false, oldestAgeSec: 7_384 },
    { name: 'broken', depth: null, paused: false, pausedEverywhere: false, oldestAgeSec: null },
  ],
  counters: { ...newCounters(), claimed: 1215, finished: 1204, failed: 7, retried: 3 },
}

/** The same daemon with two tenants. */
export const tenantsStatus: Status = {
  ...sampleStatus,
  executors: sampleStatus.executors.map((each, i) => ({ ...each, tenant: i === 0 ? 'ann' : null })),
  queues: sampleStatus.queues.map((each, i) => ({ ...each, tenant: i === 0 ? 'ann' : 'bob' })),
  tenants: [
    tenantStatus('ann', { running: 1, counters: { ...newCounters(), claimed: 1215, finished: 1204, failed: 7 } }),
    tenantStatus('bob', { weight: 2.5, state: 'paused', connected: false, roundTripMs: null }),
  ],
}
