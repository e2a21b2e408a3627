import type { AbortReason } from '../ipc/messages.js'

/**
 * The life of one executor slot, as pure decisions: a step takes the slot, an event and the time, and returns the
 * slot after it with the actions to perform. Times are monotonic milliseconds.
 *
 *   empty ──due──► starting ──ready──► idle ◄──ended── busy        (an executor's death leads back to empty)
 *     ▲               │ too slow: killed  │   assign──►  │
 *     └───────────────┴────────died───────┴─────────────┘
 *   any ──close──► closing ──died──► closed                        (told to end; killed when it does not)
 *
 * A busy slot climbs a ladder when its job must end: running → aborted (signal to the function) → terminated
 * (SIGTERM) → killed (SIGKILL), each rung after a grace.
 */
export type SlotState =
  | { readonly phase: 'empty'; readonly spawnAtMs: number }
  | { readonly phase: 'starting'; readonly killAtMs: number }
  | { readonly phase: 'idle' }
  | BusyState
  | { readonly phase: 'closing'; readonly killAtMs: number | null; readonly busy: BusyState | null }
  | { readonly phase: 'closed' }

export interface BusyState {
  readonly phase: 'busy'
  readonly execution: string
  readonly limitMs: number | null
  readonly rung: 'running' | 'aborted' | 'terminated' | 'killed'
  /** When the next rung is due; null: never. */
  readonly climbAtMs: number | null
  /** Why the job must end; null while nobody asked. */
  readonly reason: AbortReason | null
}

export interface Slot {
  readonly state: SlotState
  /** Executors in a row that died before they did anything. */
  readonly failures: number
}

export type SlotEvent =
  | { readonly type: 'tick' }
  | { readonly type: 'ready' }
  | { readonly type: 'assigned'; readonly execution: string; readonly limitMs: number | null }
  /** The function was called: its limit counts from now. */
  | { readonly type: 'began'; readonly execution: string }
  | { readonly type: 'ended'; readonly execution: string }
  /** The running job must end now. */
  | { readonly type: 'interrupt'; readonly execution: string; readonly reason: AbortReason; readonly force: boolean }
  | { readonly type: 'died' }
  /** Retire the slot: at once if it does nothing, after its job otherwise. `force` kills. */
  | { readonly type: 'close'; readonly force: boolean }

export type SlotAction =
  | { readonly type: 'spawn' }
  | { readonly type: 'abort'; readonly execution: string; readonly reason: AbortReason }
  | { readonly type: 'signal'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly type: 'exit' }
  /** The executor died in the middle of a job. `reason`: why it was being ended, null if it died on its own. */
  | { readonly type: 'job-lost'; readonly execution: string; readonly reason: AbortReason | null }
  | { readonly type: 'crash-loop'; readonly failures: number; readonly delayMs: number }

export interface SlotPolicy {
  /** An executor that is not ready by then is killed. */
  readonly startLimitMs: number
  /** From the abort signal to SIGTERM. */
  readonly abortGraceMs: number
  /** From SIGTERM to SIGKILL. */
  readonly termGraceMs: number
  /** An idle executor that was told to end is killed after this. */
  readonly exitGraceMs: number
  /** From handing over a job to its function being called (reading the payload, loading the module). */
  readonly loadLimitMs: number
  /** Longest pause between attempts to start an executor. */
  readonly maxBackoffMs: number
}

export const defaultSlotPolicy: SlotPolicy = {
  startLimitMs: 30_000,
  abortGraceMs: 1_000,
  termGraceMs: 1_000,
  exitGraceMs: 2_000,
  loadLimitMs: 30_000,
  maxBackoffMs: 30_000,
}

export const newSlot: Slot = { state: { phase: 'empty', spawnAtMs: 0 }, failures: 0 }

type Step = readonly [Slot, readonly SlotAction[]]

/** One step of a slot's life. An event that does not fit the state changes nothing. */
export function step(slot: Slot, event: SlotEvent, nowMs: number, policy: SlotPolicy): Step {
  const { state } = slot
  switch (event.type) {
    case 'tick':
      return tick(slot, nowMs, policy)
    case 'ready':
      return state.phase === 'starting' ? [{ ...slot, state: { phase: 'idle' } }, []] : [slot, []]
    case 'assigned':
      return state.phase === 'idle'
        ? [{ ...slot, state: newBusy(event.execution, event.limitMs, nowMs, policy) }, []]
        : [slot, []]
    case 'began':
      return onBusy(slot, event.execution, (busy) =>
        busy.rung === 'running'
          ? [{ ...busy, climbAtMs: busy.limitMs === null ? null : nowMs + busy.limitMs }, []]
          : [busy, []],
      )
    case 'ended':
      return ended(slot, event.execution, nowMs, policy)
    case 'interrupt':
      return onBusy(slot, event.execution, (busy) =>
        event.force
          ? [{ ...busy, reason: busy.reason ?? event.reason, rung: 'killed', climbAtMs: null }, [kill]]
          : busy.rung === 'running'
            ? abort(busy, event.reason, nowMs, policy)
            : [busy, []],
      )
    case 'died':
      return died(slot, nowMs, policy)
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
      return state.climbAtMs
    case 'closing':
      return state.busy?.climbAtMs ?? state.killAtMs
    case 'idle':
    case 'closed':
      return null
  }
}

const kill: SlotAction = { type: 'signal', signal: 'SIGKILL' }

function newBusy(execution: string, limitMs: number | null, nowMs: number, policy: SlotPolicy): BusyState {
  return { phase: 'busy', execution, limitMs, rung: 'running', climbAtMs: nowMs + policy.loadLimitMs, reason: null }
}

function tick(slot: Slot, nowMs: number, policy: SlotPolicy): Step {
  const dueMs = nextTickMs(slot)
  if (dueMs === null || dueMs > nowMs) return [slot, []]
  const { state } = slot
  switch (state.phase) {
    case 'empty':
      return [{ ...slot, state: { phase: 'starting', killAtMs: nowMs + policy.startLimitMs } }, [{ type: 'spawn' }]]
    case 'starting':
      return [{ ...slot, state: { ...state, killAtMs: nowMs + policy.startLimitMs } }, [kill]]
    case 'busy':
      return onBusy(slot, state.execution, (busy) => climb(busy, nowMs, policy))
    case 'closing':
      return state.busy === null
        ? [{ ...slot, state: { ...state, killAtMs: null } }, [kill]]
        : onBusy(slot, state.busy.execution, (busy) => climb(busy, nowMs, policy))
    case 'idle':
    case 'closed':
      return [slot, []]
  }
}

function abort(busy: BusyState, reason: AbortReason, nowMs: number, policy: SlotPolicy): BusyStep {
  const aborted: BusyState = { ...busy, reason, rung: 'aborted', climbAtMs: nowMs + policy.abortGraceMs }
  return [aborted, [{ type: 'abort', execution: busy.execution, reason }]]
}

function climb(busy: BusyState, nowMs: number, policy: SlotPolicy): BusyStep {
  switch (busy.rung) {
    case 'running':
      return abort(busy, 'timeout', nowMs, policy)
    case 'aborted':
      return [
        { ...busy, rung: 'terminated', climbAtMs: nowMs + policy.termGraceMs },
        [{ type: 'signal', signal: 'SIGTERM' }],
      ]
    case 'terminated':
    case 'killed':
      return [{ ...busy, rung: 'killed', climbAtMs: null }, [kill]]
  }
}

type BusyStep = readonly [BusyState, readonly SlotAction[]]

function onBusy(slot: Slot, execution: string, change: (busy: BusyState) => BusyStep): Step {
  const { state } = slot
  const busy = state.phase === 'busy' ? state : state.phase === 'closing' ? state.busy : null
  if (busy?.execution !== execution) return [slot, []]
  const [changed, actions] = change(busy)
  return [{ ...slot, state: state.phase === 'closing' ? { ...state, busy: changed } : changed }, actions]
}

function ended(slot: Slot, execution: string, nowMs: number, policy: SlotPolicy): Step {
  const { state } = slot
  if (state.phase === 'busy' && state.execution === execution) {
    // Once signalled, the process is going to die: nothing may be given to it any more.
    if (state.rung === 'terminated' || state.rung === 'killed') {
      // Its death is then our doing and no failure, hence -1.
      return [{ failures: -1, state: { phase: 'starting', killAtMs: nowMs + policy.termGraceMs } }, []]
    }
    return [{ failures: 0, state: { phase: 'idle' } }, []]
  }
  if (state.phase === 'closing' && state.busy?.execution === execution) {
    return [{ failures: 0, state: { ...state, busy: null, killAtMs: nowMs + policy.exitGraceMs } }, [{ type: 'exit' }]]
  }
  return [slot, []]
}

function died(slot: Slot, nowMs: number, policy: SlotPolicy): Step {
  const { state } = slot
  const busy = state.phase === 'busy' ? state : state.phase === 'closing' ? state.busy : null
  const lost: SlotAction[] = busy === null ? [] : [{ type: 'job-lost', execution: busy.execution, reason: busy.reason }]
  if (state.phase === 'closing' || state.phase === 'closed') return [{ ...slot, state: { phase: 'closed' } }, lost]
  // A job can kill any executor; only executors that die without a job are a sign of a broken set-up.
  if (busy !== null) return [{ failures: 0, state: { phase: 'empty', spawnAtMs: nowMs } }, lost]
  const failures = slot.failures + 1
  // One death may have any reason; a second in a row is a pattern.
  const delayMs = failures <= 1 ? 0 : Math.min(policy.maxBackoffMs, 100 * 2 ** (failures - 2))
  const empty: Slot = { failures, state: { phase: 'empty', spawnAtMs: nowMs + delayMs } }
  return [empty, delayMs === 0 ? [] : [{ type: 'crash-loop', failures, delayMs }]]
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
    case 'busy': {
      const busy: BusyState = force
        ? { ...state, reason: state.reason ?? 'shutdown', rung: 'killed', climbAtMs: null }
        : state
      return [{ ...slot, state: { phase: 'closing', busy, killAtMs: null } }, force ? [kill] : [{ type: 'exit' }]]
    }
    case 'closing': {
      if (!force) return [slot, []]
      const busy: BusyState | null =
        state.busy === null
          ? null
          : { ...state.busy, reason: state.busy.reason ?? 'shutdown', rung: 'killed', climbAtMs: null }
      return [{ ...slot, state: { phase: 'closing', busy, killAtMs: null } }, [kill]]
    }
  }
}
