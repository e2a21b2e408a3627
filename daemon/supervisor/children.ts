import type { AbortReason } from '../ipc/messages.js'
import {
  abortJob,
  dueMs,
  isEmpty,
  lostJobs,
  nothingHeld,
  onCallback,
  onEnded,
  rearrange,
  type HeldJobs,
  type SlotJob,
} from './slot-jobs.js'

/**
 * The life of one executor slot, as pure decisions: a step takes the slot, an event and the time, and returns the
 * slot after it with the actions to perform. Times are monotonic milliseconds.
 *
 *   empty ──due──► starting ──ready──► idle ◄──ended── busy        (an executor's death leads back to empty)
 *     ▲               │ too slow: killed  │   assign──►  │
 *     └───────────────┴────────died───────┴─────────────┘
 *   any ──close──► closing ──died──► closed                        (told to end; killed when it does not)
 *
 * A busy slot holds jobs that run (one, or as many as it may at a time) and jobs handed over ahead, which are taken
 * back when those before them turn out long. A job that must end climbs a ladder, each rung after a grace: abort
 * (signal to the function), then the whole process is terminated (SIGTERM), then killed (SIGKILL). What else the
 * process held then goes back unharmed.
 */
export type SlotState =
  | { readonly phase: 'empty'; readonly spawnAtMs: number }
  | { readonly phase: 'starting'; readonly killAtMs: number }
  | { readonly phase: 'idle' }
  | BusyState
  | { readonly phase: 'closing'; readonly killAtMs: number | null; readonly busy: BusyState | null }
  | { readonly phase: 'closed' }

export interface BusyState extends HeldJobs {
  readonly phase: 'busy'
  /** How the process is being ended, because of a job that would not end; null while it is not. */
  readonly ending: { readonly rung: 'terminated' | 'killed'; readonly climbAtMs: number | null } | null
}

export interface Slot {
  readonly state: SlotState
  /** Executors in a row that died before they did anything. */
  readonly failures: number
  /** When the present one was ready; null before. */
  readonly readyAtMs: number | null
}

export type SlotEvent =
  | { readonly type: 'tick' }
  | { readonly type: 'ready' }
  | { readonly type: 'assigned'; readonly jobs: readonly AssignedJob[] }
  /** The function was called: its limit counts from now. */
  | { readonly type: 'began'; readonly execution: string }
  /** Its function has ended and a callback of the job is called: that one's limit counts from now. */
  | { readonly type: 'callback'; readonly execution: string; readonly limitMs: number | null }
  | { readonly type: 'ended'; readonly executions: readonly string[] }
  /** The executor is about to end of itself: its death says nothing about what it has not begun. */
  | { readonly type: 'leaving' }
  /** The executor gave jobs back of its own accord: they were not at fault. */
  | { readonly type: 'returned'; readonly executions: readonly string[] }
  /** Of the jobs up to `upToSeq`, those behind `begunSeq` are not begun and never will be. */
  | { readonly type: 'revoked'; readonly upToSeq: number; readonly begunSeq: number }
  /** The running job must end now. */
  | { readonly type: 'interrupt'; readonly execution: string; readonly reason: AbortReason; readonly force: boolean }
  /** `jitter`: at random, 0 to 1. */
  | { readonly type: 'died'; readonly jitter: number }
  /** Retire the slot: at once if it does nothing, after its jobs otherwise. `force` kills. */
  | { readonly type: 'close'; readonly force: boolean }

export interface AssignedJob {
  readonly seq: number
  readonly execution: string
  readonly limitMs: number | null
}

export type SlotAction =
  | { readonly type: 'spawn' }
  | { readonly type: 'abort'; readonly execution: string; readonly reason: AbortReason }
  | { readonly type: 'signal'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly type: 'exit' }
  /** Ask for the jobs that are not begun. */
  | { readonly type: 'take-back' }
  /** Jobs that never began, or are not at fault, are nobody's now. */
  | { readonly type: 'jobs-returned'; readonly executions: readonly string[] }
  /** The executor died in the middle of a job. `reason`: why it was being ended, null if it died on its own. */
  | { readonly type: 'job-lost'; readonly execution: string; readonly reason: AbortReason | null }
  /** Executors die before they do anything: told once for each longer pause, the last time as fatal. */
  | { readonly type: 'crash-loop'; readonly failures: number; readonly delayMs: number; readonly fatal: boolean }
  /** After such deaths, an executor has done something. */
  | { readonly type: 'recovered'; readonly failures: number }

export interface SlotPolicy {
  /** An executor that is not ready by then is killed. */
  readonly startLimitMs: number
  /** From the abort signal to SIGTERM. */
  readonly abortGraceMs: number
  /** From SIGTERM to SIGKILL. */
  readonly termGraceMs: number
  /** An idle executor that was told to end is killed after this. */
  readonly exitGraceMs: number
  /** From a job's turn to its function being called (reading the payload, loading the module). */
  readonly loadLimitMs: number
  /** Longest pause between attempts to start an executor, while there is hope. */
  readonly maxBackoffMs: number
  /** After so many that died in a row, a new one is tried only now and then. */
  readonly fatalFailures: number
  readonly fatalPauseMs: number
  /** An executor that has been ready for so long is no sign of a broken set-up when it dies, though it did nothing. */
  readonly steadyMs: number
  /** Jobs that wait behind others are taken back when nothing has begun or ended for so long. */
  readonly aheadLimitMs: number
  /** How many jobs an executor may run at a time. */
  readonly concurrency: number
}

export const defaultSlotPolicy: SlotPolicy = {
  startLimitMs: 30_000,
  abortGraceMs: 1_000,
  termGraceMs: 1_000,
  exitGraceMs: 2_000,
  loadLimitMs: 30_000,
  maxBackoffMs: 30_000,
  fatalFailures: 10,
  fatalPauseMs: 60_000,
  steadyMs: 60_000,
  aheadLimitMs: 25,
  concurrency: 1,
}

export const newSlot: Slot = { state: { phase: 'empty', spawnAtMs: 0 }, failures: 0, readyAtMs: null }

type Step = readonly [Slot, readonly SlotAction[]]

/** One step of a slot's life. An event that does not fit the state changes nothing. */
export function step(slot: Slot, event: SlotEvent, nowMs: number, policy: SlotPolicy): Step {
  const { state } = slot
  switch (event.type) {
    case 'tick':
      return tick(slot, nowMs, policy)
    case 'ready':
      return state.phase === 'starting' ? [{ ...slot, state: { phase: 'idle' }, readyAtMs: nowMs }, []] : [slot, []]
    case 'assigned':
      return assigned(slot, event.jobs, nowMs, policy)
    case 'began':
      return onBusy(slot, (busy) => began(busy, event.execution, nowMs, policy))
    case 'callback':
      return onBusy(slot, (busy) => {
        // One whose payload could not be read, or whose function was not found, has not begun before.
        const [begun, actions] = began(busy, event.execution, nowMs, policy)
        return [onCallback(begun, event.execution, event.limitMs, nowMs), actions]
      })
    case 'ended':
      return settleDown(
        onBusy(slot, (busy) => [onEnded(busy, event.executions, nowMs, policy), []]),
        nowMs,
        policy,
      )
    case 'leaving':
      return leaving(slot, nowMs, policy)
    case 'returned':
      return giveBack(slot, ({ execution }) => event.executions.includes(execution), nowMs, policy)
    case 'revoked': {
      const isBack = ({ seq }: SlotJob, began: boolean): boolean =>
        !began && seq > event.begunSeq && seq <= event.upToSeq
      return giveBack(slot, isBack, nowMs, policy)
    }
    case 'interrupt':
      return onBusy(slot, (busy) => interrupt(busy, event, nowMs, policy))
    case 'died':
      return died(slot, event.jitter, nowMs, policy)
    case 'close':
      return close(slot, event.force, nowMs, policy)
  }
}

/** When the slot wants its next tick; null: not before another event. */
export function nextTickMs(slot: Slot): number | null {
  const { state } = slot
  switch (state.phase) {
    case 'empty':
      return state.spawnAtMs
    case 'starting':
      return state.killAtMs
    case 'busy':
      return busyDueMs(state)
    case 'closing':
      return state.busy === null ? state.killAtMs : busyDueMs(state.busy)
    case 'idle':
    case 'closed':
      return null
  }
}

/** What a slot holds: nothing unless it is busy. */
export function heldBy({ state }: Slot): HeldJobs {
  return busyOf(state) ?? nothingHeld
}

const kill: SlotAction = { type: 'signal', signal: 'SIGKILL' }

type BusyStep = readonly [BusyState, readonly SlotAction[]]

function busyOf(state: SlotState): BusyState | null {
  return state.phase === 'busy' ? state : state.phase === 'closing' ? state.busy : null
}

function busyDueMs(busy: BusyState): number | null {
  return busy.ending === null ? dueMs(busy) : busy.ending.climbAtMs
}

function onBusy(slot: Slot, change: (busy: BusyState) => BusyStep): Step {
  const { state } = slot
  const busy = busyOf(state)
  if (busy === null) return [slot, []]
  const [changed, actions] = change(busy)
  if (changed === busy) return [slot, actions]
  return [{ ...slot, state: state.phase === 'closing' ? { ...state, busy: changed } : changed }, actions]
}

function tick(slot: Slot, nowMs: number, policy: SlotPolicy): Step {
  const due = nextTickMs(slot)
  if (due === null || due > nowMs) return [slot, []]
  const { state } = slot
  switch (state.phase) {
    case 'empty':
      return [{ ...slot, state: { phase: 'starting', killAtMs: nowMs + policy.startLimitMs } }, [{ type: 'spawn' }]]
    case 'starting':
      return [{ ...slot, state: { ...state, killAtMs: nowMs + policy.startLimitMs } }, [kill]]
    case 'busy':
      return onBusy(slot, (busy) => climb(busy, nowMs, policy))
    case 'closing':
      return state.busy === null
        ? [{ ...slot, state: { ...state, killAtMs: null } }, [kill]]
        : onBusy(slot, (busy) => climb(busy, nowMs, policy))
    case 'idle':
    case 'closed':
      return [slot, []]
  }
}

function assigned(slot: Slot, jobs: readonly AssignedJob[], nowMs: number, policy: SlotPolicy): Step {
  const { state } = slot
  if (jobs.length === 0 || (state.phase !== 'idle' && state.phase !== 'busy')) return [slot, []]
  const busy: BusyState = state.phase === 'busy' ? state : { phase: 'busy', ...nothingHeld, ending: null }
  const more = jobs.map((job): SlotJob => ({ ...job, rung: 'running', climbAtMs: null, reason: null }))
  return [{ ...slot, state: rearrange({ ...busy, ahead: [...busy.ahead, ...more] }, nowMs, policy) }, []]
}

function began(busy: BusyState, execution: string, nowMs: number, policy: SlotPolicy): BusyStep {
  const at = busy.ahead.findIndex((each) => each.execution === execution)
  const job = busy.ahead[at]
  if (job === undefined) return [busy, []]
  // One that is on the ladder already stays there.
  const limitAtMs = job.limitMs === null ? null : nowMs + job.limitMs
  const climbAtMs = job.rung === 'running' ? limitAtMs : (job.climbAtMs ?? nowMs + policy.abortGraceMs)
  const ahead = at === 0 ? busy.ahead.slice(1) : busy.ahead.filter((each) => each !== job)
  return [rearrange({ ...busy, running: [...busy.running, { ...job, climbAtMs }], ahead }, nowMs, policy), []]
}

function interrupt(
  busy: BusyState,
  { execution, reason, force }: SlotEvent & { type: 'interrupt' },
  nowMs: number,
  policy: SlotPolicy,
): BusyStep {
  const isIt = (job: SlotJob): boolean => job.execution === execution
  const job = busy.running.find(isIt) ?? busy.ahead.find(isIt)
  if (job === undefined) return [busy, []]
  if (!force) return job.rung === 'running' ? abortJob(busy, job, reason, nowMs, policy) : [busy, []]
  const [blamed] = abortJob(busy, job, job.reason ?? reason, nowMs, policy)
  return [{ ...blamed, ending: { rung: 'killed', climbAtMs: null } }, [kill]]
}

/** Nothing is given to it any more. Should it not end, it is ended. */
function leaving(slot: Slot, nowMs: number, policy: SlotPolicy): Step {
  const climbAtMs = nowMs + policy.exitGraceMs
  if (slot.state.phase === 'idle') return [{ ...slot, state: { phase: 'starting', killAtMs: climbAtMs } }, []]
  return onBusy(slot, (busy) => [{ ...busy, ending: busy.ending ?? { rung: 'terminated', climbAtMs } }, []])
}

/** Something is due: the next rung for a job or for the process, or jobs that wait too long behind others. */
function climb(busy: BusyState, nowMs: number, policy: SlotPolicy): BusyStep {
  if (busy.ending !== null) return [{ ...busy, ending: { rung: 'killed', climbAtMs: null } }, [kill]]
  if (busy.takeBackAtMs !== null && busy.takeBackAtMs <= nowMs) {
    return [{ ...busy, takeBackAtMs: null }, [{ type: 'take-back' }]]
  }
  const job = [...busy.running, ...busy.ahead].find(({ climbAtMs }) => climbAtMs !== null && climbAtMs <= nowMs)
  if (job === undefined) return [busy, []]
  if (job.rung === 'running') return abortJob(busy, job, 'timeout', nowMs, policy)
  // The process goes, and with it whatever else it holds.
  const ending = { rung: 'terminated', climbAtMs: nowMs + policy.termGraceMs } as const
  return [{ ...busy, ending }, [{ type: 'signal', signal: 'SIGTERM' }]]
}

/** A busy slot that holds nothing any more is idle, or ends if it has to. */
function settleDown([slot, actions]: Step, nowMs: number, policy: SlotPolicy): Step {
  const { state } = slot
  const busy = busyOf(state)
  if (busy === null || !isEmpty(busy)) return [slot, actions]
  if (state.phase === 'closing') {
    const closing: SlotState = { ...state, busy: null, killAtMs: nowMs + policy.exitGraceMs }
    return [{ ...slot, failures: 0, state: closing }, [...actions, { type: 'exit' }]]
  }
  const all: readonly SlotAction[] =
    slot.failures <= 1 ? actions : [...actions, { type: 'recovered', failures: slot.failures }]
  // Once signalled, or leaving, the process is going to die: nothing may be given to it any more. Its death is then our doing, or a
  // job's, and no failure, hence -1.
  if (busy.ending !== null) {
    return [{ ...slot, failures: -1, state: { phase: 'starting', killAtMs: nowMs + policy.termGraceMs } }, all]
  }
  return [{ ...slot, failures: 0, state: { phase: 'idle' } }, all]
}

function giveBack(
  slot: Slot,
  isBack: (job: SlotJob, began: boolean) => boolean,
  nowMs: number,
  policy: SlotPolicy,
): Step {
  const step = onBusy(slot, (busy) => {
    const back = [...busy.running.filter((job) => isBack(job, true)), ...busy.ahead.filter((job) => isBack(job, false))]
    if (back.length === 0) return [busy, []]
    const executions = back.map(({ execution }) => execution)
    return [onEnded(busy, executions, nowMs, policy), [{ type: 'jobs-returned', executions }]]
  })
  return settleDown(step, nowMs, policy)
}

function died(slot: Slot, jitter: number, nowMs: number, policy: SlotPolicy): Step {
  const { state } = slot
  const busy = busyOf(state)
  const lost = busy === null ? [] : lostJobs(busy, state.phase === 'closing', policy)
  if (state.phase === 'closing' || state.phase === 'closed') return [{ ...slot, state: { phase: 'closed' } }, lost]
  // A job can kill any executor; only executors that die without a job are a sign of a broken set-up.
  if (busy !== null) return [{ failures: 0, state: { phase: 'empty', spawnAtMs: nowMs }, readyAtMs: null }, lost]
  const isSteady = slot.readyAtMs !== null && nowMs - slot.readyAtMs >= policy.steadyMs
  const failures = (isSteady ? 0 : slot.failures) + 1
  const delayMs = backoffMs(failures, jitter, policy)
  const empty: Slot = { failures, state: { phase: 'empty', spawnAtMs: nowMs + delayMs }, readyAtMs: null }
  const fatal = failures >= policy.fatalFailures
  if (delayMs === 0 || failures > policy.fatalFailures) return [empty, []]
  return [empty, [{ type: 'crash-loop', failures, delayMs, fatal }]]
}

/** One death may have any reason; a second in a row is a pattern. Within ±25 %, so that slots do not keep in step. */
function backoffMs(failures: number, jitter: number, policy: SlotPolicy): number {
  if (failures <= 1) return 0
  const grown = Math.min(policy.maxBackoffMs, 100 * 2 ** (failures - 2))
  const meanMs = failures >= policy.fatalFailures ? policy.fatalPauseMs : grown
  return Math.round(meanMs * (0.75 + 0.5 * jitter))
}

function close(slot: Slot, force: boolean, nowMs: number, policy: SlotPolicy): Step {
  const { state } = slot
  switch (state.phase) {
    case 'closed':
      return [slot, []]
    case 'empty':
      return [{ ...slot, state: { phase: 'closed' } }, []]
    case 'starting':
      return [{ ...slot, state: { phase: 'closing', busy: null, killAtMs: null } }, [kill]]
    case 'idle': {
      const killAtMs = force ? null : nowMs + policy.exitGraceMs
      return [{ ...slot, state: { phase: 'closing', busy: null, killAtMs } }, [force ? kill : { type: 'exit' }]]
    }
    case 'busy':
      return [
        { ...slot, state: { phase: 'closing', busy: force ? killed(state) : state, killAtMs: null } },
        force ? [kill] : state.ahead.length > 0 ? [{ type: 'take-back' }, { type: 'exit' }] : [{ type: 'exit' }],
      ]
    case 'closing': {
      if (!force) return [slot, []]
      const busy = state.busy === null ? null : killed(state.busy)
      return [{ ...slot, state: { phase: 'closing', busy, killAtMs: null } }, [kill]]
    }
  }
}

/** Killed because we stop: whatever runs was interrupted, unless it was on the ladder for a reason of its own. */
function killed(busy: BusyState): BusyState {
  return { ...busy, ending: { rung: 'killed', climbAtMs: null } }
}
