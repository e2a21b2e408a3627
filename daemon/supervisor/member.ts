import { deferred, type Deferred } from '../../src/deferred.js'
import type { RunJob } from '../ipc/messages.js'
import { heldBy, newSlot, type AssignedJob, type Slot } from './children.js'
import type { Death } from './death.js'
import { reachedLimit, unlimited, type Lifetime, type RecycleReason } from './lifetime.js'
import { OutputTail } from './output-tail.js'
import { AHEAD_MS, MAX_AHEAD } from './pace.js'
import type { ExecutorProcess } from './spawn.js'
import type { Vitals } from './vitals.js'

/** Most bytes of payloads in one frame, beyond the first job's. */
const MAX_FRAME_PAYLOAD_BYTES = 256 * 1024

/** What has happened in a slot, whichever process served it. */
export interface SlotTally {
  jobsDone: number
  readonly recycled: Record<RecycleReason, number>
}

function newTally(): SlotTally {
  return { jobsDone: 0, recycled: { jobs: 0, rss: 0, age: 0, fresh: 0, restart: 0 } }
}

/**
 * One slot of the pool with the process that serves it now, and what it has been given. When an executor is recycled,
 * its member leaves with it, and another one takes the slot over.
 */
export class Member {
  readonly worker: string
  readonly isSpare: boolean
  slot: Slot = newSlot
  process: ExecutorProcess | null = null
  /** The process has said that it answers when it is asked for jobs. */
  answers = false
  /** As of the last look; null before the first. */
  vitals: Vitals | null = null
  /** CPU time that the process had used when its newest job began, as far as it was known. */
  cpuMsBefore = 0
  readonly tally: SlotTally
  /** Jobs that the present process has ended. */
  served = 0
  /** Why the process is being replaced; null while it is not. */
  recycling: RecycleReason | null = null
  /** Which settings of the pool the process was started with, counted from 0. */
  generation = 0
  /** Whose place this one has taken, while that one ends its jobs: their places are not free yet. */
  before: Member | null = null
  lookedMonoMs = -Infinity
  /** When it last said something, and be it only what it uses. */
  heardMonoMs = -Infinity
  /** Why the present process cannot work, if that is known. */
  lastWords: string | null = null
  /** How it broke the protocol; null if it did not. */
  breach: string | null = null
  /** The same of the last one that died without having done anything. */
  trouble: string | null = null
  readonly closed: Deferred<void> = deferred()
  readonly #concurrency: number
  readonly #aheadMs: () => number
  #life = unlimited
  /** How long each job that the process holds may well take. */
  readonly #estimatesMs = new Map<string, number>()
  #workMs = 0
  #seq = 0
  #outbox: RunJob[] = []
  /** What each job printed that has printed something, and what came by the streams of the process. */
  readonly #tails = new Map<string, OutputTail>()
  readonly #tail = new OutputTail()
  /** Jobs up to this number have been asked for, and the answer is not here yet. */
  #revoking: { upToSeq: number; answered: Deferred<void> } | null = null
  #progressMonoMs = 0

  /** `aheadMs`: how much work it may be given ahead now. */
  constructor(
    worker: string,
    isSpare: boolean,
    concurrency: number,
    aheadMs = (): number => AHEAD_MS,
    tally = newTally(),
  ) {
    this.tally = tally
    this.worker = worker
    this.isSpare = isSpare
    this.#concurrency = concurrency
    this.#aheadMs = aheadMs
  }

  /** Another process serves the slot from now on. `answers`: it can give jobs back, so that some may go ahead. */
  serve(process: ExecutorProcess | null, answers = false, life: Lifetime = unlimited): void {
    this.process = process
    this.answers = answers
    this.served = 0
    this.lastWords = null
    this.breach = null
    this.#life = life
    this.#seq = 0
    this.#outbox = []
    this.#revoking?.answered.resolve()
    this.#revoking = null
    this.#forgetAll()
  }

  /** How many more jobs it takes that may last so long each; undefined: nobody knows how long. */
  capacity(estimateMs: number | undefined, nowMonoMs: number): number {
    const { phase } = this.slot.state
    if ((phase !== 'idle' && phase !== 'busy') || this.#revoking !== null) return 0
    if (this.slot.state.phase === 'busy' && this.slot.state.ending !== null) return 0
    const held = this.#estimatesMs.size
    const heldBefore = this.#heldBefore
    const places = this.#concurrency - held - heldBefore
    // Never more jobs than it is to live for.
    const left = this.#life.jobs - this.served - held
    if (estimateMs === undefined || !this.answers || heldBefore > 0 || this.#isStuck(nowMonoMs)) {
      return Math.max(0, Math.min(places, left))
    }
    // Long jobs are never put behind others, however far Redis is.
    const aheadMs = estimateMs > AHEAD_MS ? AHEAD_MS : this.#aheadMs()
    const byWork = Math.floor((aheadMs * this.#concurrency - this.#workMs) / estimateMs)
    return Math.max(0, Math.min(left, Math.max(places, Math.min(byWork, MAX_AHEAD * this.#concurrency - held))))
  }

  /** Why the process should be replaced now; null: it should not, or cannot be yet. */
  reachedLimit(nowMonoMs: number): RecycleReason | null {
    const { phase } = this.slot.state
    if ((phase !== 'idle' && phase !== 'busy') || this.#heldBefore > 0) return null
    // With its last jobs in hand it is as good as spent; where one runs at a time, it keeps its place until that ends.
    const isLast = this.#concurrency > 1 && heldBy(this.slot).ahead.length === 0
    const jobs = this.served + (isLast ? this.heldCount : 0)
    // One that has done nothing yet is as small as its successor would be.
    const isUsed = this.served + this.heldCount > 0
    return reachedLimit(this.#life, jobs, isUsed ? (this.vitals?.rssBytes ?? null) : null, nowMonoMs)
  }

  /** True if its memory decides how long it lives. */
  get isWeighed(): boolean {
    return this.#life.rssBytes !== Infinity
  }

  /** True where a place is free, or what waits ahead is half used up: time to bring more. */
  wantsMore(estimateMs: number | undefined, nowMonoMs: number): boolean {
    const room = this.capacity(estimateMs, nowMonoMs)
    return room > 0 && (this.heldCount < this.#concurrency || room >= this.heldCount)
  }

  /** Work that it has before it, milliseconds, as far as it is known. */
  get workMs(): number {
    return this.#workMs
  }

  get heldCount(): number {
    return this.#estimatesMs.size
  }

  /** Jobs of those whose place this one has taken: one that was replaced may itself have taken another's. */
  get #heldBefore(): number {
    return this.before === null ? 0 : this.before.heldCount + this.before.#heldBefore
  }

  /** Put a job where `handOver` finds it. */
  take(job: Omit<RunJob, 'seq'>, estimateMs: number | undefined, nowMonoMs: number): void {
    if (this.#estimatesMs.size === 0) this.#progressMonoMs = nowMonoMs
    this.#seq += 1
    this.#outbox.push({ seq: this.#seq, ...job })
    // Nobody knows how long: nothing is put behind it.
    const workMs = estimateMs ?? this.#aheadMs() * this.#concurrency
    this.#estimatesMs.set(job.execution, workMs)
    this.#workMs += workMs
  }

  /** What was taken since the last call, in frames of a sensible size. */
  handOver(): { frames: RunJob[][]; assigned: AssignedJob[] } {
    const jobs = this.#outbox
    this.#outbox = []
    const frames: RunJob[][] = []
    let bytes = Infinity
    for (const job of jobs) {
      const size = job.data.length + (job.meta?.length ?? 0)
      bytes += size
      const frame = frames.at(-1)
      if (frame === undefined || bytes > MAX_FRAME_PAYLOAD_BYTES) {
        frames.push([job])
        bytes = size
      } else {
        frame.push(job)
      }
    }
    const assigned = jobs.map(({ seq, execution, timeoutSec }) => ({
      seq,
      execution,
      limitMs: timeoutSec < 0 ? null : timeoutSec * 1000,
    }))
    return { frames, assigned }
  }

  /** True for a job that this process has. */
  has(execution: string): boolean {
    return this.#estimatesMs.has(execution)
  }

  /** The function of a job was called. */
  began(execution: string, nowMonoMs: number): void {
    this.#progressMonoMs = nowMonoMs
    this.cpuMsBefore = this.vitals?.cpuMs ?? 0
    this.#tails.delete(execution)
    if (this.#concurrency === 1) this.#tail.clear()
  }

  /** A job has ended. */
  ended(execution: string, nowMonoMs: number): void {
    this.#progressMonoMs = nowMonoMs
    this.tally.jobsDone += 1
    this.served += 1
    this.forget(execution)
  }

  /** A job is not with this process any more. */
  forget(execution: string): void {
    this.#workMs = Math.max(0, this.#workMs - (this.#estimatesMs.get(execution) ?? 0))
    this.#estimatesMs.delete(execution)
    this.#tails.delete(execution)
    if (this.#estimatesMs.size === 0) this.#workMs = 0
  }

  /** Something was printed, by a job if that is known. */
  printed(chunk: Uint8Array, execution?: string): void {
    if (execution === undefined) this.#tail.add(chunk)
    else if (this.#estimatesMs.has(execution)) this.#tailOf(execution).add(chunk)
  }

  #tailOf(execution: string): OutputTail {
    const known = this.#tails.get(execution)
    if (known !== undefined) return known
    const tail = new OutputTail()
    this.#tails.set(execution, tail)
    return tail
  }

  /** What the process has used for a job, as far as it was seen, and the last lines that the job printed. */
  trace(execution: string): Pick<Death, 'peakRssBytes' | 'cpuMs' | 'output' | 'breach'> {
    const { vitals, cpuMsBefore, breach } = this
    return {
      peakRssBytes: vitals?.peakRssBytes ?? null,
      cpuMs: vitals === null ? null : Math.max(0, vitals.cpuMs - cpuMsBefore),
      breach,
      output: [...(this.#tails.get(execution)?.lines() ?? []), ...this.#tail.lines()],
    }
  }

  /**
   * Ask the process for the jobs that are not begun. Resolves when it has answered or ended; at once if there are
   * none, and together with the question before if that is not answered yet.
   */
  async takeBack(): Promise<void> {
    if (this.process === null || heldBy(this.slot).ahead.length === 0) return
    if (this.#revoking === null) {
      this.#revoking = { upToSeq: this.#seq, answered: deferred() }
      this.process.revoke(this.#seq)
    }
    await this.#revoking.answered.promise
  }

  /** The process has answered. */
  answered(upToSeq: number): void {
    if (this.#revoking?.upToSeq !== upToSeq) return
    const { answered } = this.#revoking
    this.#revoking = null
    answered.resolve()
  }

  /** True if it has begun or ended a job lately, or waits for one. */
  isMoving(nowMonoMs: number): boolean {
    const { phase } = this.slot.state
    if (this.before !== null && this.#heldBefore >= this.#concurrency) return !this.before.#isStuck(nowMonoMs)
    return (phase === 'idle' || phase === 'busy') && !this.#isStuck(nowMonoMs)
  }

  /** The last line that the process has printed. */
  get lastLine(): string | undefined {
    return this.#tail.lines().at(-1)
  }

  /** True while what it runs takes longer than what may wait behind it. */
  #isStuck(nowMonoMs: number): boolean {
    return this.#estimatesMs.size > 0 && nowMonoMs - this.#progressMonoMs > AHEAD_MS
  }

  #forgetAll(): void {
    this.#estimatesMs.clear()
    this.#tails.clear()
    this.#tail.clear()
    this.#workMs = 0
  }
}

/** The member with the least work before it of those that take a job which may well last so long. */
export function leastLoaded(
  members: readonly Member[],
  estimateMs: number | undefined,
  nowMonoMs: number,
): Member | undefined {
  let chosen: Member | undefined
  for (const member of members) {
    if (member.capacity(estimateMs, nowMonoMs) === 0) continue
    if (chosen === undefined || hasLess(member, chosen)) chosen = member
    if (chosen.heldCount === 0) break
  }
  return chosen
}

/** So many members (of those with these workers), those that hold the fewest jobs, and of these the last ones. */
export function leastBusy(members: readonly Member[], count: number, workers?: readonly string[]): Member[] {
  const asked = workers === undefined ? members : members.filter(({ worker }) => workers.includes(worker))
  return asked
    .toReversed()
    .sort((a, b) => a.heldCount - b.heldCount)
    .slice(0, count)
}

/** True if `a` has less before it than `b`. */
function hasLess(a: Member, b: Member): boolean {
  return a.workMs === b.workMs ? a.heldCount < b.heldCount : a.workMs < b.workMs
}
