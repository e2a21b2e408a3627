import { deferred, type Deferred } from '../../src/deferred.js'
import type { RunJob } from '../ipc/messages.js'
import { heldBy, newSlot, type AssignedJob, type Slot } from './children.js'
import type { Death } from './death.js'
import { OutputTail } from './output-tail.js'
import { AHEAD_MS, MAX_AHEAD } from './pace.js'
import type { ExecutorProcess } from './spawn.js'
import type { Vitals } from './vitals.js'

/** Most bytes of payloads in one frame, beyond the first job's. */
const MAX_FRAME_PAYLOAD_BYTES = 256 * 1024

/** One slot of the pool with the process that serves it now, and what it has been given. */
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
  jobsDone = 0
  readonly closed: Deferred<void> = deferred()
  readonly #concurrency: number
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

  constructor(worker: string, isSpare: boolean, concurrency: number) {
    this.worker = worker
    this.isSpare = isSpare
    this.#concurrency = concurrency
  }

  /** Another process serves the slot from now on. `answers`: it can give jobs back, so that some may go ahead. */
  serve(process: ExecutorProcess | null, answers = false): void {
    this.process = process
    this.answers = answers
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
    const places = this.#concurrency - held
    if (estimateMs === undefined || !this.answers || this.#isStuck(nowMonoMs)) return Math.max(0, places)
    const byWork = Math.floor((AHEAD_MS * this.#concurrency - this.#workMs) / estimateMs)
    return Math.max(places, Math.min(byWork, MAX_AHEAD * this.#concurrency - held), 0)
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

  /** Put a job where `handOver` finds it. */
  take(job: Omit<RunJob, 'seq'>, estimateMs: number | undefined, nowMonoMs: number): void {
    if (this.#estimatesMs.size === 0) this.#progressMonoMs = nowMonoMs
    this.#seq += 1
    this.#outbox.push({ seq: this.#seq, ...job })
    // Nobody knows how long: nothing is put behind it.
    const workMs = estimateMs ?? AHEAD_MS * this.#concurrency
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
  trace(execution: string): Pick<Death, 'peakRssBytes' | 'cpuMs' | 'output'> {
    const { vitals, cpuMsBefore } = this
    return {
      peakRssBytes: vitals?.peakRssBytes ?? null,
      cpuMs: vitals === null ? null : Math.max(0, vitals.cpuMs - cpuMsBefore),
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
    return (phase === 'idle' || phase === 'busy') && !this.#isStuck(nowMonoMs)
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

/** True if `a` has less before it than `b`. */
function hasLess(a: Member, b: Member): boolean {
  return a.workMs === b.workMs ? a.heldCount < b.heldCount : a.workMs < b.workMs
}
