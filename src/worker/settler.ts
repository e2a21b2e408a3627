import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import type { Clock } from '../clock.js'
import { coerceError } from '../errors.js'
import type { Settlement } from '../job/settle.js'
import { encodeExcInfo } from '../job/result.js'
import { formatEpochSec, formatIso } from '../job/time.js'
import type { Logger } from '../logger.js'
import type { SettleReply, Store } from '../redis/store.js'
import { rqDefaults } from '../rq-defaults.js'
import type { Counters } from './counters.js'
import type { HeldJob } from './held-job.js'

/** Most jobs settled by one call of a script. */
const MAX_BATCH = 200
/** Between attempts while Redis does not answer. */
const RETRY_MS = 250

/** One job's end, as it will be written. */
export interface Ending {
  readonly job: HeldJob
  readonly settlement: Settlement
  /** The RQ worker that ran it; empty if none did. */
  readonly worker: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** Fields of its hash that cannot be read, if that is why it failed. */
  readonly unreadable?: readonly string[]
}

/**
 * Writes how jobs ended, many at a time. What Redis cannot take now is kept and written when it can: a result is
 * forgotten only when Redis says that the job is somebody else's by now.
 */
export class Settler {
  readonly #store: Store
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #counters: Counters
  #waiting: Ending[] = []
  /** Endings that Redis cannot take until somebody mends a key. They wait apart, so that they hold up no other. */
  #refused: Ending[] = []
  readonly #complained = new WeakSet<Ending>()
  #retry: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined
  #gaveUp = false

  constructor(options: { store: Store; clock: Clock; logger: Logger; counters: Counters }) {
    this.#store = options.store
    this.#clock = options.clock
    this.#logger = options.logger
    this.#counters = options.counters
  }

  /** Number of endings that Redis has not confirmed. */
  get pending(): number {
    return this.#waiting.length + this.#refused.length
  }

  /** True while the ending of an execution is not confirmed. */
  holds(execution: string): boolean {
    const isIt = ({ job }: Ending): boolean => job.execution === execution
    return this.#waiting.some(isIt) || this.#refused.some(isIt)
  }

  /** Write an ending soon, with the others of this turn of the event loop. */
  settle(ending: Ending): void {
    this.#waiting.push(ending)
    this.#begin()
  }

  /**
   * Resolves when everything is confirmed.
   * @returns how many endings were not, because `boundMs` had passed first. They are written no more, unless something
   * is settled or drained again.
   */
  async drain(boundMs: number): Promise<number> {
    const deadlineMs = this.#clock.monoMs() + boundMs
    this.#retryRefused()
    while (this.#flushing !== undefined || this.#refused.length > 0) {
      const leftMs = deadlineMs - this.#clock.monoMs()
      if (leftMs <= 0) {
        this.#gaveUp = true
        clearTimeout(this.#retry)
        this.#retry = undefined
        return this.pending
      }
      const bound = delay(this.#flushing === undefined ? Math.min(leftMs, RETRY_MS) : leftMs, undefined, { ref: false })
      await Promise.race([this.#flushing ?? bound, bound])
    }
    return this.pending
  }

  #begin(): void {
    this.#gaveUp = false
    if (this.#waiting.length > 0) this.#flushing ??= this.#flush()
  }

  #retryRefused(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.#waiting.push(...this.#refused.splice(0))
    this.#begin()
  }

  // The mark is taken back in the same turn in which the last ending was seen, so that none can slip in between.
  async #flush(): Promise<void> {
    try {
      await this.#writeAll()
    } finally {
      this.#flushing = undefined
    }
  }

  async #writeAll(): Promise<void> {
    // Let the endings of this turn gather.
    await nextTurn()
    let alone = false
    let complaints = 0
    while (this.#waiting.length > 0 && !this.#gaveUp) {
      const batch = nextBatch(this.#waiting, alone)
      const { done, refused, error } = await this.#write(batch)
      if (done.size > 0) this.#waiting = this.#waiting.filter((ending) => !done.has(ending))
      if (refused.length > 0) this.#setApart(refused)
      alone = error !== undefined
      if (error === undefined) {
        complaints = 0
        continue
      }
      complaints += 1
      if (complaints === 1) {
        this.#logger.error('results wait for Redis', { pending: this.#waiting.length, error: error.message })
      }
      // One job that Redis refuses must not hold the others: go on one at a time, refused ones at the end.
      const [single] = batch
      if (batch.length === 1 && single !== undefined) {
        this.#waiting = this.#waiting.filter((ending) => ending !== single)
        if (single.settlement.kind === 'hand-back') this.#waiting.unshift(single)
        else this.#waiting.push(single)
      }
      await delay(RETRY_MS)
    }
  }

  #setApart(refused: readonly Ending[]): void {
    for (const ending of refused) {
      if (this.#complained.has(ending)) continue
      this.#complained.add(ending)
      const { id, queue, origin } = ending.job
      this.#logger.error('a job cannot go back: the key of its queue holds something else', {
        jobId: id,
        queue,
        origin,
      })
    }
    this.#refused.push(...refused)
    if (!this.#gaveUp) this.#retry ??= setTimeout(() => this.#retryRefused(), RETRY_MS)
  }

  /** `done`: endings that need not be written again now, those that were refused among them. */
  async #write(batch: readonly Ending[]): Promise<{ done: Set<Ending>; refused: Ending[]; error: Error | undefined }> {
    const groups = new Map<string, Ending[]>()
    for (const ending of batch) {
      const name = `${ending.settlement.kind} ${ending.job.supervisorId}`
      const group = groups.get(name)
      if (group === undefined) groups.set(name, [ending])
      else group.push(ending)
    }
    const done = new Set<Ending>()
    const refused: Ending[] = []
    let error: Error | undefined
    await Promise.all(
      [...groups.values()].map(async (endings) => {
        try {
          const replies = await this.#run(endings)
          endings.forEach((ending, i) => {
            const reply = replies[i] ?? 'lost'
            done.add(ending)
            if (reply === 'refused') refused.push(ending)
            else this.#confirmed(ending, reply)
          })
        } catch (thrown) {
          error = coerceError(thrown)
        }
      }),
    )
    return { done, refused, error }
  }

  /** Write endings of one kind and one supervisor. */
  #run(endings: readonly Ending[]): Promise<SettleReply[]> {
    const ttl = rqDefaults.workerTtlSec
    const [first] = endings
    if (first === undefined) return Promise.resolve([])
    const { supervisorId } = first.job
    switch (first.settlement.kind) {
      case 'finish':
        return this.#store.finish(supervisorId, ttl, endings.flatMap(finishRecord))
      case 'fail':
        return this.#store.fail(supervisorId, ttl, endings.flatMap(failRecord))
      case 'retry':
        return this.#store.retry(supervisorId, ttl, endings.flatMap(retryRecord))
      case 'hand-back': {
        const nowIso = formatIso(this.#clock.epochMs())
        return this.#store.handBack(supervisorId, nowIso, endings.flatMap(handBackRecord))
      }
    }
  }

  #confirmed({ job, settlement, worker }: Ending, reply: Exclude<SettleReply, 'refused'>): void {
    const fields = { jobId: job.id, queue: job.queue, execution: job.execution, worker }
    switch (reply) {
      case 'finished':
        this.#counters.finished += 1
        return
      case 'failed':
        this.#counters.failed += 1
        return
      case 'retried':
        this.#counters.retried += 1
        return
      case 'handed-back':
        this.#counters.handedBack += 1
        return
      case 'lost':
        this.#counters.fenced += 1
        this.#logger.warn('a late result was refused: the job belongs to another execution', fields)
        return
      case 'gone':
        this.#logger.info('the job was deleted while it ran', { ...fields, settlement: settlement.kind })
        return
      case 'canceled':
        this.#logger.info('the job was canceled while it waited here', fields)
        return
      case 'repeated':
        // The first answer was lost on its way; what it said is in Redis.
        this.#counters[settlement.kind === 'fail' ? 'failed' : 'finished'] += 1
    }
  }
}

/**
 * What is written next. Hand-backs go last first, because each call puts its jobs before those of the call before;
 * all others go first come, first served.
 */
function nextBatch(waiting: readonly Ending[], alone: boolean): Ending[] {
  const handBacks = waiting.filter(({ settlement }) => settlement.kind === 'hand-back')
  const others = handBacks.length === 0 ? waiting : waiting.filter(({ settlement }) => settlement.kind !== 'hand-back')
  if (alone) return others.length > 0 ? others.slice(0, 1) : handBacks.slice(-1)
  return [...others.slice(0, MAX_BATCH), ...handBacks.slice(-MAX_BATCH)]
}

function common({ job, worker }: Ending): { execution: string; jobId: string; queue: string; worker: string } {
  return { execution: job.execution, jobId: job.id, queue: job.origin, worker }
}

function times({ startedAtMs, endedAtMs }: Ending): {
  startedAt: string
  endedAt: string
  started: string
  ended: string
  workSec: string
} {
  return {
    startedAt: formatIso(startedAtMs),
    endedAt: formatIso(endedAtMs),
    started: formatEpochSec(startedAtMs),
    ended: formatEpochSec(endedAtMs),
    workSec: workSec(startedAtMs, endedAtMs),
  }
}

function workSec(startedAtMs: number, endedAtMs: number): string {
  return (Math.max(0, endedAtMs - startedAtMs) / 1000).toFixed(6)
}

function finishRecord(ending: Ending): Parameters<Store['finish']>[2] {
  const { settlement } = ending
  if (settlement.kind !== 'finish') return []
  const value = settlement.value === null ? '' : Buffer.from(settlement.value).toString('base64')
  return [{ ...common(ending), resultTtlSec: settlement.resultTtlSec, value, ...times(ending) }]
}

function failRecord(ending: Ending): Parameters<Store['fail']>[2] {
  const { settlement } = ending
  if (settlement.kind !== 'fail') return []
  const { status, failureTtlSec, resultsTtlSec, text, certificate } = settlement
  const traceback = Buffer.from(encodeExcInfo(text)).toString('base64')
  const record = { status, failureTtlSec, resultsTtlSec: resultsTtlSec ?? '', traceback }
  const json = certificate === undefined ? '' : JSON.stringify(certificate)
  return [
    {
      ...common(ending),
      ...record,
      ...times(ending),
      certificate: json,
      unreadable: (ending.unreadable ?? []).join(','),
    },
  ]
}

function retryRecord(ending: Ending): Parameters<Store['retry']>[2] {
  const { settlement } = ending
  if (settlement.kind !== 'retry') return []
  const { retriesLeft, delaySec, atFront, ttlSec, deaths = '' } = settlement
  const { endedAt, workSec: worked } = times(ending)
  return [
    { ...common(ending), retriesLeft, delaySec, atFront: atFront ? 1 : 0, ttlSec, endedAt, workSec: worked, deaths },
  ]
}

function handBackRecord({ job, settlement, worker }: Ending): Parameters<Store['handBack']>[2] {
  if (settlement.kind !== 'hand-back') return []
  const { id: jobId, execution, queue, origin } = job
  return [{ execution, jobId, queue, origin, worker, ttlSec: settlement.ttlSec }]
}
