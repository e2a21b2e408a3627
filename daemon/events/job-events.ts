import type { Clock } from '../../src/clock.js'
import type { Settlement } from '../../src/job/settle.js'
import { functionOf, type LoggedJob } from '../job-log.js'
import { BUDGET_MS, LogBudget } from '../log-budget.js'
import type { EventHub } from './hub.js'

/** Events of one kind that are told one by one in a second. */
const EVENTS_PER_SEC = 500
const LONGEST_ERROR = 200

/** Kinds of events, with the name of their count in a sum. */
const countNames = {
  started: 'started',
  finished: 'finished',
  failed: 'failed',
  retried: 'retried',
  'handed-back': 'handedBack',
  stopped: 'stopped',
} as const
type Kind = keyof typeof countNames

/**
 * The events about jobs. They must not cost throughput: of jobs that start and end well nothing is made while nobody
 * listens, and above a rate events are counted by queue and told as one sum a second.
 */
export class JobEvents {
  readonly #hub: EventHub
  readonly #clock: Pick<Clock, 'monoMs'>
  readonly #budgets = new Map<Kind, LogBudget>()
  readonly #sums = new Map<string, Record<string, number>>()
  #timer: NodeJS.Timeout | undefined

  constructor(hub: EventHub, clock: Pick<Clock, 'monoMs'>) {
    this.#hub = hub
    this.#clock = clock
  }

  /** The function of a job was called. */
  started(job: LoggedJob, worker: string): void {
    if (this.#hub.isHeard) this.#tell('started', job, worker, {}, false)
  }

  /** A job is over here, one way or another. */
  settled(job: LoggedJob, worker: string, settlement: Settlement, durationSec: number): void {
    switch (settlement.kind) {
      case 'finish':
        if (this.#hub.isHeard) this.#tell('finished', job, worker, { durationSec }, false)
        return
      case 'hand-back':
        this.#tell('handed-back', job, worker, { durationSec })
        return
      case 'retry': {
        const { text, retriesLeft, delaySec } = settlement
        this.#tell('retried', job, worker, { durationSec, error: firstLine(text), retriesLeft, delaySec })
        return
      }
      case 'fail': {
        const { text, status } = settlement
        this.#tell(status === 'stopped' ? 'stopped' : 'failed', job, worker, { durationSec, error: firstLine(text) })
      }
    }
  }

  /** Tell what was counted. Due once a second, which this sees to itself, and when the daemon stops. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    for (const [queue, counts] of this.#sums) this.#hub.publish('job.summed', { queue, ...counts }, false)
    this.#sums.clear()
  }

  #tell(kind: Kind, job: LoggedJob, worker: string, fields: Readonly<Record<string, unknown>>, keep = true): void {
    let budget = this.#budgets.get(kind)
    if (budget === undefined) this.#budgets.set(kind, (budget = new LogBudget(EVENTS_PER_SEC, 'count')))
    if (!budget.take(this.#clock.monoMs())) {
      this.#count(kind, job.queue)
      return
    }
    const { id: jobId, queue } = job
    this.#hub.publish(`job.${kind}`, { jobId, queue, func: functionOf(job), worker, ...fields }, keep)
  }

  #count(kind: Kind, queue: string): void {
    let counts = this.#sums.get(queue)
    if (counts === undefined) this.#sums.set(queue, (counts = {}))
    const name = countNames[kind]
    counts[name] = (counts[name] ?? 0) + 1
    this.#timer ??= setTimeout(() => this.flush(), BUDGET_MS).unref()
  }
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').trimEnd().slice(0, LONGEST_ERROR)
}
