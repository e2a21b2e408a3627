import type { Clock } from '../src/clock.js'
import type { LogFields, Logger } from '../src/logger.js'
import { BUDGET_MS, LogBudget } from './log-budget.js'
import { type LogLevel, writes } from './log.js'

/** Lines of one kind that are written one by one in a second. */
const LINES_PER_SEC = 100
/** Functions that a sum names. */
const NAMED_FUNCTIONS = 5
/** Functions that a sum tells apart: descriptions are free text, and every job may have another one. */
const MAX_FUNCTIONS = 100
const LONGEST_NAME = 80

/** What is logged of a job. It is only read, and only if a line is due: a held job can be passed as it is. */
export interface LoggedJob {
  readonly id: string
  readonly queue: string
  readonly hash: { readonly description: string | undefined }
}

export interface JobLogOptions {
  logger: Logger
  /** The level of that logger. */
  level: LogLevel
  /** Show the descriptions of jobs, which hold their arguments; the default. */
  describes?: boolean
  clock: Clock
}

/**
 * The log lines about jobs. Logging must not cost throughput: successes have a line each up to about 100 a second, and
 * above that one line a second that sums them up; with a logger that writes no `info` they cost nothing at all.
 * Troubles have a line each, up to a cap above which they are counted.
 */
export class JobLog {
  readonly #options: JobLogOptions
  readonly #starts = new LogBudget(LINES_PER_SEC, 'sum')
  readonly #finishes = new LogBudget(LINES_PER_SEC, 'sum')
  readonly #troubles = new LogBudget(LINES_PER_SEC, 'count')
  readonly #omitted = new Map<string, { level: 'warn' | 'error'; count: number }>()
  #sum: Sum | undefined
  #timer: NodeJS.Timeout | undefined
  #level: LogLevel
  #describes: boolean
  #informs: boolean

  constructor(options: JobLogOptions) {
    this.#options = options
    this.#level = options.level
    this.#describes = options.describes ?? true
    this.#informs = writes(options.level, 'info')
  }

  /** From now on, the logger has this level, and descriptions are shown or not. */
  change({ level, describes }: { level: LogLevel; describes: boolean }): void {
    this.#level = level
    this.#describes = describes
    this.#informs = writes(level, 'info')
  }

  /** The function of a job was called. Among too many, it has no line. */
  started(job: LoggedJob, worker: string): void {
    if (!this.#informs || !this.#starts.take(this.#options.clock.monoMs())) return
    const { id, queue, hash } = job
    const description = this.#describes ? hash.description : undefined
    this.#options.logger.info('job started', { jobId: id, queue, worker, description })
  }

  /** A job ended well. */
  finished(job: LoggedJob, worker: string, durationSec: number): void {
    if (!this.#informs) return
    const monoMs = this.#options.clock.monoMs()
    if (this.#finishes.take(monoMs)) {
      const { id, queue } = job
      this.#options.logger.info('job finished', { jobId: id, queue, worker, durationSec })
      return
    }
    this.#sum ??= new Sum(monoMs)
    this.#sum.add(functionOf(job), durationSec * 1_000)
    this.#planFlush()
  }

  /** A job failed, was interrupted, or the like. `fields` is called only if the line is written. */
  trouble(level: 'warn' | 'error', sentence: string, fields: () => LogFields): void {
    if (!writes(this.#level, level)) return
    if (this.#troubles.take(this.#options.clock.monoMs())) {
      this.#options.logger[level](sentence, fields())
      return
    }
    const omitted = this.#omitted.get(sentence)
    if (omitted === undefined) this.#omitted.set(sentence, { level, count: 1 })
    else omitted.count += 1
    this.#planFlush()
  }

  /** Write the sums so far. Due once a second, which this sees to itself, and when the daemon stops. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const { logger, clock } = this.#options
    if (this.#sum !== undefined) logger.info('jobs finished', this.#sum.fields(clock.monoMs()))
    this.#sum = undefined
    for (const [what, { level, count }] of this.#omitted) logger[level]('too many to log one by one', { what, count })
    this.#omitted.clear()
  }

  #planFlush(): void {
    this.#timer ??= setTimeout(() => this.flush(), BUDGET_MS).unref()
  }
}

/** Finished jobs that have no line of their own. */
class Sum {
  readonly #beganMs: number
  readonly #functions = new Map<string, number>()
  #count = 0
  #totalMs = 0
  #mostMs = 0

  constructor(monoMs: number) {
    this.#beganMs = monoMs
  }

  add(name: string, durationMs: number): void {
    this.#count += 1
    this.#totalMs += durationMs
    this.#mostMs = Math.max(this.#mostMs, durationMs)
    const before = this.#functions.get(name)
    if (before !== undefined || this.#functions.size < MAX_FUNCTIONS) this.#functions.set(name, (before ?? 0) + 1)
  }

  fields(monoMs: number): LogFields {
    // A flush on the way out may come at once.
    const seconds = Math.max(0.001, (monoMs - this.#beganMs) / 1_000)
    return {
      count: this.#count,
      perSec: Math.round(this.#count / seconds),
      meanMs: roundMs(this.#totalMs / this.#count),
      maxMs: roundMs(this.#mostMs),
      functions: this.#describeFunctions(),
    }
  }

  #describeFunctions(): string {
    const named = [...this.#functions].sort(([, a], [, b]) => b - a).slice(0, NAMED_FUNCTIONS)
    const others = this.#count - named.reduce((sum, [, count]) => sum + count, 0)
    const parts = named.map(([name, count]) => `${name} ${count}`)
    return (others > 0 ? [...parts, `others ${others}`] : parts).join(', ')
  }
}

/** The function in a description as RQ writes it, `module.name(arguments)`; other descriptions stand for themselves. */
export function functionOf({ hash: { description } }: LoggedJob): string {
  if (description === undefined) return 'unnamed'
  const end = description.indexOf('(')
  return description.slice(0, Math.min(end === -1 ? Infinity : end, LONGEST_NAME))
}

function roundMs(ms: number): number {
  return Math.round(ms * 100) / 100
}
