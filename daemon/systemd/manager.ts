import type { Clock } from '../../src/clock.js'
import type { Logger } from '../../src/logger.js'
import type { Pulse } from '../supervisor/pulse.js'
import { Messenger } from './messenger.js'
import type { Notice } from './notice.js'
import { statusText } from './status-text.js'
import { countSilent, stuckParts, watchdogMs } from './watchdog.js'

/** Between two looks at the daemon, at most. */
const LOOK_MS = 1_000
/** The status is told when it has changed, but not more often than this. */
const STATUS_MS = 5_000
/** While starting or stopping takes its time, so much more is asked for, this often. */
const EXTEND_SEC = 15
const EXTEND_EVERY_MS = 3_000
/** Once Redis answers, so much is left for the rest of the start. */
const START_SEC = 90

/** What the daemon gives to be looked at. */
export interface Watched {
  pulse(): Pulse
  /** Make the fetch loop turn, whatever it waits for. */
  nudge(): void
  /** Jobs on the queues; null if Redis does not tell. */
  countWaiting(): Promise<number | null>
  /** Whether Redis answers on a connection made only to ask. */
  redisAnswers(): Promise<boolean>
}

export interface ServiceManagerOptions {
  readonly environment: NodeJS.ProcessEnv
  readonly pid: number
  readonly clock: Clock
  readonly logger: Logger
  /** In place of systemd's own program, for tests. */
  readonly tell?: (notice: Notice) => Promise<void>
}

/**
 * Tells systemd how the daemon is: ready, its status, signs of life for the watchdog, and that it needs more time while
 * it waits for Redis or for running jobs. Does nothing where no systemd waits to be told.
 */
export class ServiceManager {
  readonly #options: ServiceManagerOptions
  readonly #tell: (notice: Notice) => Promise<void>
  readonly #isThere: boolean
  readonly #watchdogMs: number | null
  #timer: NodeJS.Timeout | undefined
  #phase: 'waiting' | 'starting' | 'serving' | 'stopping' = 'waiting'
  #waitsFor = 'Redis'
  #watched: Watched | undefined
  #waiting: number | null = null
  #redisAnswersOthers = false
  /** The pulse at the last sign of life. */
  #lastPulse: Pulse | undefined
  #pingedMonoMs = 0
  #extendedMonoMs = -Infinity
  #toldMonoMs = -Infinity
  #toldStatus = ''
  #stuck = ''

  constructor(options: ServiceManagerOptions) {
    const { environment, pid, logger } = options
    this.#options = options
    this.#isThere = environment['NOTIFY_SOCKET'] !== undefined && environment['NOTIFY_SOCKET'] !== ''
    this.#watchdogMs = this.#isThere ? watchdogMs(environment, pid) : null
    const messenger = new Messenger(logger, pid)
    this.#tell = options.tell ?? ((notice) => messenger.tell(notice))
  }

  /** The daemon waits for Redis. */
  waitForRedis(shownUrl: string): void {
    if (!this.#isThere) return
    this.#waitsFor = `Redis at ${shownUrl}`
    const everyMs = Math.max(100, Math.min(LOOK_MS, (this.#watchdogMs ?? Infinity) / 8))
    this.#timer = setInterval(() => this.look(), everyMs)
  }

  /** Redis answers: the rest of the start is under way. */
  starting(): void {
    if (!this.#isThere || this.#phase !== 'waiting') return
    this.#phase = 'starting'
    // The usual time of a start may be over: it was spent waiting.
    if (this.#extendedMonoMs !== -Infinity) void this.#tell({ extendSec: START_SEC, status: 'starting' })
  }

  /** The daemon works. Resolves when systemd has been told. */
  async ready(watched: Watched): Promise<void> {
    this.#watched = watched
    if (!this.#isThere || this.#phase === 'stopping') return
    this.#phase = 'serving'
    this.#signOfLife(watched, watched.pulse())
    await this.#tell({ ready: true, status: statusText(watched.pulse(), null, 0) })
  }

  /** The daemon ends; what `watched` shows is waited for. */
  stopping(watched?: Watched): void {
    this.#watched ??= watched
    if (!this.#isThere || this.#phase === 'stopping') return
    this.#phase = 'stopping'
    this.#extendedMonoMs = this.#options.clock.monoMs()
    void this.#tell({ stopping: true, extendSec: EXTEND_SEC, status: 'stopping' })
  }

  /** Nothing is told any more. */
  stop(): void {
    clearInterval(this.#timer)
  }

  /** Look at the daemon once, and tell what is due. The timer calls it. */
  look(): void {
    const nowMonoMs = this.#options.clock.monoMs()
    const notice: Notice = {
      ...this.#watchdogNotice(nowMonoMs),
      ...this.#extendNotice(nowMonoMs),
      ...this.#statusNotice(nowMonoMs),
    }
    if (Object.keys(notice).length > 0) void this.#tell(notice)
  }

  #watchdogNotice(nowMonoMs: number): Notice {
    const watched = this.#watched
    const last = this.#lastPulse
    if (this.#watchdogMs === null || watched === undefined || last === undefined) return {}
    const dueMs = this.#watchdogMs / 2
    if (nowMonoMs - this.#pingedMonoMs < dueMs) return {}
    const pulse = watched.pulse()
    const look = { pulse, nowMonoMs, redisAnswersOthers: this.#redisAnswersOthers }
    const stuck = stuckParts(last, look, dueMs).join('; ')
    if (stuck !== '' && this.#stuck === '') {
      this.#options.logger.error('the watchdog of systemd gets no sign of life', { reason: stuck })
    }
    this.#stuck = stuck
    if (stuck === '') this.#signOfLife(watched, pulse)
    if (!pulse.redis.connected) this.#askRedis(watched)
    return stuck === '' ? { watchdog: true } : {}
  }

  #signOfLife(watched: Watched, pulse: Pulse): void {
    this.#lastPulse = pulse
    this.#pingedMonoMs = this.#options.clock.monoMs()
    this.#redisAnswersOthers = false
    watched.nudge()
  }

  #askRedis(watched: Watched): void {
    const asked = this.#lastPulse
    void watched.redisAnswers().then((answers) => {
      // An answer counts until the next sign of life.
      if (this.#lastPulse === asked) this.#redisAnswersOthers = answers
    })
  }

  #extendNotice(nowMonoMs: number): Notice {
    const isWaiting = this.#phase === 'waiting' || (this.#phase === 'stopping' && this.#jobsRun())
    if (!isWaiting || nowMonoMs - this.#extendedMonoMs < EXTEND_EVERY_MS) return {}
    this.#extendedMonoMs = nowMonoMs
    return { extendSec: EXTEND_SEC }
  }

  #jobsRun(): boolean {
    return (this.#watched?.pulse().running ?? 0) > 0
  }

  #statusNotice(nowMonoMs: number): Notice {
    if (nowMonoMs - this.#toldMonoMs < STATUS_MS) return {}
    this.#toldMonoMs = nowMonoMs
    void this.#watched?.countWaiting().then((waiting) => (this.#waiting = waiting))
    const status = this.#statusLine(nowMonoMs)
    if (status === this.#toldStatus) return {}
    this.#toldStatus = status
    return { status }
  }

  #statusLine(nowMonoMs: number): string {
    if (this.#phase === 'waiting') return `waiting for ${this.#waitsFor}`
    if (this.#watched === undefined) return this.#phase
    if (this.#stuck !== '') return `stuck: ${this.#stuck}`
    const pulse = this.#watched.pulse()
    return statusText(pulse, this.#waiting, countSilent(pulse, nowMonoMs, STATUS_MS))
  }
}
