import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createKeys } from '../src/redis/keys.js'
import type { Strike } from './blame.js'
import { nowMs } from './clock.js'
import { CounterWatch } from './counters.js'
import { Fleet } from './fleet.js'
import { lookAtPlaces, lookAtStatuses } from './look.js'
import { MarkFile } from './mark-file.js'
import { executionsOf } from './marks.js'
import type { ChaosOptions } from './options.js'
import { makePlan, type Plan, type PlannedJob } from './plan.js'
import { produce } from './producer.js'
import type { Progress, Step } from './progress.js'
import { RedisServer } from './redis-server.js'
import { makeReport, type Report } from './report.js'
import { Striker } from './striker.js'
import { tellStory } from './verdict.js'

const READY_BOUND_MS = 30_000
const TICK_MS = 10
const LOOK_MS = 100
/** How long after the last settlement something may still be done again. */
const AFTERMATH_MS = 500

/**
 * One run from start to end; everything that it started is gone when it returns or throws.
 * @throws Error if the system does not come up, or `signal` aborts
 */
export async function runChaos(options: ChaosOptions, progress: Progress, signal: AbortSignal): Promise<Report> {
  // The path of a Unix socket has room for about a hundred characters.
  const parent = tmpdir().length > 60 ? '/tmp' : tmpdir()
  const folder = await mkdtemp(join(parent, 'rqd-chaos-'))
  const marks = new MarkFile(join(folder, 'marks'))
  const redis = new RedisServer(folder, options.aof === 'always')
  const plan = makePlan(options)
  let fleet: Fleet | undefined
  const killAll = (): void => {
    fleet?.kill()
    redis.killNow()
  }
  process.once('exit', killAll)
  try {
    await redis.start()
    fleet = await Fleet.start(options, { folder, marks: marks.path, redisSocket: redis.socket, queues: plan.queues })
    const report = await new Run(options, plan, fleet, redis, marks, folder, progress, signal).perform()
    if (report.folder === null) await rm(folder, { recursive: true, force: true })
    return report
  } catch (thrown) {
    fleet?.kill()
    await redis.end()
    if (signal.aborted) await rm(folder, { recursive: true, force: true })
    throw thrown
  } finally {
    process.off('exit', killAll)
    marks.close()
  }
}

class Run {
  readonly #options: ChaosOptions
  readonly #plan: Plan
  readonly #fleet: Fleet
  readonly #redis: RedisServer
  readonly #marks: MarkFile
  readonly #folder: string
  readonly #progress: Progress
  readonly #signal: AbortSignal
  readonly #striker: Striker
  readonly #counters = new CounterWatch()
  readonly #jobs: readonly PlannedJob[]
  #phase: Step['phase'] = 'running'

  // prettier-ignore
  constructor(options: ChaosOptions, plan: Plan, fleet: Fleet, redis: RedisServer, marks: MarkFile, folder: string, progress: Progress, signal: AbortSignal) {
    this.#options = options
    this.#plan = plan
    this.#fleet = fleet
    this.#redis = redis
    this.#marks = marks
    this.#folder = folder
    this.#progress = progress
    this.#signal = signal
    this.#striker = new Striker(fleet, redis, signal)
    this.#jobs = plan.bursts.flatMap(({ jobs }) => jobs)
  }

  async perform(): Promise<Report> {
    await this.#untilReady()
    const beganMs = nowMs()
    const watching = new AbortController()
    const watches = Promise.all([this.#tick(watching.signal), this.#watchCounters(watching.signal)])
    try {
      const producing = produce(
        this.#redis.client,
        this.#plan.bursts,
        this.#options.retries,
        () => this.#done,
        this.#signal,
      )
      await Promise.all([producing, this.#strikeAll()])
      const strikes = await this.#striker.records()
      this.#phase = 'settling'
      await this.#untilSettled()
      const elapsedMs = nowMs() - beganMs
      this.#phase = 'verifying'
      await delay(AFTERMATH_MS, undefined, { signal: this.#signal })
      await this.#counters.look(this.#fleet)
      return await this.#verify(strikes, beganMs, elapsedMs)
    } finally {
      watching.abort()
      await watches
      this.#progress.end()
    }
  }

  get #done(): number {
    return this.#marks.ended.size
  }

  async #untilReady(): Promise<void> {
    const deadline = nowMs() + READY_BOUND_MS
    while ((await this.#redis.client.scard(createKeys().workers)) === 0) {
      if (nowMs() > deadline) throw new Error(`no worker has come up:\n${this.#fleet.lastWords()}`)
      await delay(50, undefined, { signal: this.#signal })
    }
  }

  async #strikeAll(): Promise<void> {
    const patienceMs = this.#options.leaseSec * 2_000 + 2_000
    for (const planned of this.#plan.strikes) {
      if (planned.afterJobs !== null) await this.#untilDone(planned.afterJobs, patienceMs)
      await delay(planned.delayMs, undefined, { signal: this.#signal })
      await this.#striker.strike(planned)
    }
  }

  /** Wait until so many jobs have ended, or nothing has moved for a while. */
  async #untilDone(jobs: number, patienceMs: number): Promise<void> {
    let before = this.#done
    let movedMs = nowMs()
    while (this.#done < jobs && nowMs() - movedMs < patienceMs) {
      await delay(TICK_MS / 2, undefined, { signal: this.#signal })
      if (this.#done > before) {
        before = this.#done
        movedMs = nowMs()
      }
    }
  }

  async #untilSettled(): Promise<void> {
    let left = this.#jobs.map(({ id }) => id)
    let before = ''
    let movedMs = nowMs()
    while (left.length > 0 && nowMs() - movedMs < this.#options.stuckSec * 1_000) {
      const look = await lookAtStatuses(this.#redis.client, left)
      left = look.left
      const shape = `${look.shape} ${this.#marks.marks.length}`
      if (shape !== before) movedMs = nowMs()
      before = shape
      await delay(LOOK_MS, undefined, { signal: this.#signal })
    }
  }

  async #verify(strikes: readonly Strike[], beganMs: number, elapsedMs: number): Promise<Report> {
    const { leaseSec } = this.#options
    const ids = this.#jobs.map(({ id }) => id)
    const places = await lookAtPlaces(this.#redis.client, ids, this.#plan.queues)
    this.#marks.read()
    const restarts = this.#fleet.restarts
    const leftBehind = await this.#fleet.stop()
    await this.#redis.end()
    const executions = executionsOf(this.#marks.marks)
    const stories = this.#jobs.flatMap((job) => {
      const place = places.get(job.id)
      return place === undefined ? [] : [tellStory(job, executions.get(job.id) ?? [], place, strikes, leaseSec)]
    })
    return makeReport({
      options: this.#options,
      strikes,
      stories,
      queues: this.#plan.queues,
      elapsedMs,
      restarts,
      counters: this.#counters.sums,
      leftBehind,
      garbled: this.#marks.garbled,
      logOf: (jobId) => this.#fleet.logOf(jobId),
      beganMs,
      folder: this.#folder,
    })
  }

  async #tick(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#marks.read()
      const { kills } = this.#options
      const { restarts } = this.#fleet
      const step = { done: this.#done, jobs: this.#jobs.length, strikes: this.#striker.performed, kills, restarts }
      this.#progress.show({ ...step, phase: this.#phase }, nowMs())
      await delay(TICK_MS)
    }
  }

  async #watchCounters(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#counters.look(this.#fleet)
      await delay(500, undefined, { signal }).catch(() => undefined)
    }
  }
}
