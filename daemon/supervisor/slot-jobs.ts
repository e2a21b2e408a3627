import type { AbortReason } from '../ipc/messages.js'
import type { BusyState, SlotAction, SlotPolicy } from './children.js'

/** A job that an executor has, as its slot sees it. Times are monotonic milliseconds. */
export interface SlotJob {
  /** Its number among the jobs handed to this process. */
  readonly seq: number
  readonly execution: string
  readonly limitMs: number | null
  readonly rung: 'running' | 'aborted'
  /** When the next rung is due; null: never. */
  readonly climbAtMs: number | null
  /** Why the job must end; null while nobody asked. */
  readonly reason: AbortReason | null
}

/** The jobs that an executor has. */
export interface HeldJobs {
  /** Their functions have been called. */
  readonly running: readonly SlotJob[]
  /** Handed over and not begun, in order. Where there is a free place, the first of them is being loaded. */
  readonly ahead: readonly SlotJob[]
  /** When jobs in `ahead` have waited too long; null where there are none, or they have been asked for. */
  readonly takeBackAtMs: number | null
}

export const nothingHeld: HeldJobs = { running: [], ahead: [], takeBackAtMs: null }

export function isEmpty({ running, ahead }: HeldJobs): boolean {
  return running.length === 0 && ahead.length === 0
}

/** When anything of it is due; null: never. */
export function dueMs({ running, ahead, takeBackAtMs }: HeldJobs): number | null {
  let due = takeBackAtMs
  for (const { climbAtMs } of [...running, ...ahead.slice(0, 1)]) {
    if (climbAtMs !== null && (due === null || climbAtMs < due)) due = climbAtMs
  }
  return due
}

/**
 * What is due after a change. Where there is a free place, the head of `ahead` is being loaded: that may take so long
 * and no longer. What waits behind others may do so for a while since the last job that began or ended.
 */
export function rearrange(busy: BusyState, nowMs: number, policy: SlotPolicy): BusyState {
  const free = policy.concurrency - busy.running.length
  const takeBackAtMs = busy.ahead.length > Math.max(0, free) ? nowMs + policy.aheadLimitMs : null
  const [head, ...others] = busy.ahead
  if (free <= 0 || head?.climbAtMs !== null) return { ...busy, takeBackAtMs }
  return { ...busy, takeBackAtMs, ahead: [{ ...head, climbAtMs: nowMs + policy.loadLimitMs }, ...others] }
}

/**
 * A callback of a running job is called, within a limit of its own. A job whose function had reached its limit has
 * come off the ladder by that; one that is ended for another reason stays on it.
 */
export function onCallback(busy: BusyState, execution: string, limitMs: number | null, nowMs: number): BusyState {
  const isIt = (job: SlotJob): boolean =>
    job.execution === execution && (job.reason === null || job.reason === 'timeout')
  if (!busy.running.some(isIt)) return busy
  const climbAtMs = limitMs === null ? null : nowMs + limitMs
  const calling = { rung: 'running', reason: null, limitMs, climbAtMs } as const
  return { ...busy, running: busy.running.map((job) => (isIt(job) ? { ...job, ...calling } : job)) }
}

/** Jobs are not held any more. */
export function onEnded(busy: BusyState, executions: readonly string[], nowMs: number, policy: SlotPolicy): BusyState {
  const gone = new Set(executions)
  const isLeft = ({ execution }: SlotJob): boolean => !gone.has(execution)
  const running = busy.running.every(isLeft) ? busy.running : busy.running.filter(isLeft)
  // Jobs end in order, but for a few: those at the head are cut off at once.
  let heads = 0
  while (heads < busy.ahead.length && gone.has(busy.ahead[heads]?.execution ?? '')) heads++
  const rest = heads === 0 ? busy.ahead : busy.ahead.slice(heads)
  const isDone = busy.running.length - running.length + heads === gone.size
  const ahead = isDone || rest.every(isLeft) ? rest : rest.filter(isLeft)
  if (running === busy.running && ahead === busy.ahead) return busy
  return rearrange({ ...busy, running, ahead }, nowMs, policy)
}

/** First rung of the ladder for one job: its signal. */
export function abortJob(
  busy: BusyState,
  job: SlotJob,
  reason: AbortReason,
  nowMs: number,
  policy: SlotPolicy,
): readonly [BusyState, readonly SlotAction[]] {
  // Behind others it cannot even begin: its grace counts from then.
  const waits = busy.ahead.indexOf(job) > 0
  const aborted: SlotJob = { ...job, reason, rung: 'aborted', climbAtMs: waits ? null : nowMs + policy.abortGraceMs }
  const change = (jobs: readonly SlotJob[]): readonly SlotJob[] => jobs.map((each) => (each === job ? aborted : each))
  return [
    { ...busy, running: change(busy.running), ahead: change(busy.ahead) },
    [{ type: 'abort', execution: job.execution, reason }],
  ]
}

/**
 * What a death means for the jobs that the process held. If we ended it, the jobs for whose sake answer for it, and
 * the others were interrupted; so they all were if it said before that it would end. If it died on its own, each job that ran may have been why, and so may the one whose
 * payload was being read; the others never began.
 */
export function lostJobs(busy: BusyState, closing: boolean, policy: SlotPolicy): SlotAction[] {
  const { running, ahead, ending } = busy
  const loading = closing || running.length >= policy.concurrency ? [] : ahead.slice(0, 1)
  const suspects =
    ending === null ? [...running, ...loading] : [...running, ...ahead.filter(({ reason }) => reason !== null)]
  const lost = suspects.map(({ execution, reason }): SlotAction => ({
    type: 'job-lost',
    execution,
    reason: reason ?? (ending === null ? null : 'shutdown'),
  }))
  const back = ahead.filter((job) => !suspects.includes(job)).map(({ execution }) => execution)
  return back.length === 0 ? lost : [...lost, { type: 'jobs-returned', executions: back }]
}
