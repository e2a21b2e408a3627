import fc from 'fast-check'
import t from 'tap'
import {
  defaultSlotPolicy as policy,
  newSlot,
  nextTickMs,
  step,
  type Slot,
  type SlotAction,
  type SlotEvent,
} from '../../../daemon/supervisor/children.js'

/** Run events through a slot, each at its time, and collect what it wants done. */
function run(slot: Slot, ...events: [nowMs: number, event: SlotEvent][]): { slot: Slot; actions: SlotAction[] } {
  const actions: SlotAction[] = []
  for (const [nowMs, event] of events) {
    const [next, wanted] = step(slot, event, nowMs, policy)
    slot = next
    actions.push(...wanted)
  }
  return { slot, actions }
}

const tick: SlotEvent = { type: 'tick' }
const ready: SlotEvent = { type: 'ready' }
const died: SlotEvent = { type: 'died' }
const assigned: SlotEvent = { type: 'assigned', execution: 'e1', limitMs: 5_000 }
const began: SlotEvent = { type: 'began', execution: 'e1' }
const ended: SlotEvent = { type: 'ended', execution: 'e1' }
const idle = run(newSlot, [0, tick], [1, ready]).slot

t.test('an empty slot forks an executor, which is idle once it is ready', async (t) => {
  const { slot, actions } = run(newSlot, [0, tick], [10, ready])
  t.same(actions, [{ type: 'spawn' }])
  t.equal(slot.state.phase, 'idle')
  t.equal(nextTickMs(slot), null)
})

t.test('an executor that does not become ready is killed', async (t) => {
  const { actions } = run(newSlot, [0, tick], [policy.startLimitMs, tick])
  t.same(actions, [{ type: 'spawn' }, { type: 'signal', signal: 'SIGKILL' }])
})

t.test('the limit of a job counts from the call of its function, not from its assignment', async (t) => {
  const { slot } = run(idle, [100, assigned], [400, began])
  t.equal(nextTickMs(slot), 5_400)
})

t.test('a payload that is never ready to be called runs into the limit for loading', async (t) => {
  const { slot, actions } = run(idle, [100, assigned], [100 + policy.loadLimitMs, tick])
  t.same(actions, [{ type: 'abort', execution: 'e1', reason: 'timeout' }])
  t.match(slot.state, { rung: 'aborted' })
})

t.test('past its limit a job is aborted, then terminated, then killed, each after a grace', async (t) => {
  const { actions } = run(idle, [0, assigned], [0, began], [5_000, tick], [6_000, tick], [7_000, tick], [60_000, tick])
  t.same(actions, [
    { type: 'abort', execution: 'e1', reason: 'timeout' },
    { type: 'signal', signal: 'SIGTERM' },
    { type: 'signal', signal: 'SIGKILL' },
  ])
})

t.test('a job without a limit is never aborted', async (t) => {
  const { slot } = run(idle, [0, { type: 'assigned', execution: 'e1', limitMs: null }], [1, began])
  t.equal(nextTickMs(slot), null)
})

t.test('a job that ends after its abort signal leaves the executor usable', async (t) => {
  const { slot } = run(idle, [0, assigned], [0, began], [5_000, tick], [5_500, ended])
  t.equal(slot.state.phase, 'idle')
})

t.test('an executor that was signalled gets no further job, and its death is no failure', async (t) => {
  const { slot } = run(idle, [0, assigned], [0, began], [5_000, tick], [6_000, tick], [6_100, ended])
  t.not(slot.state.phase, 'idle')
  const after = run(slot, [6_200, died])
  t.same(after.actions, [])
  t.same(after.slot.state, { phase: 'empty', spawnAtMs: 6_200 })
})

t.test('the death of a busy executor loses its job and frees the slot for a new executor at once', async (t) => {
  const { slot, actions } = run(idle, [0, assigned], [0, began], [300, died])
  t.same(actions, [{ type: 'job-lost', execution: 'e1', reason: null }])
  t.same(slot.state, { phase: 'empty', spawnAtMs: 300 })
})

t.test('a death on the ladder names why the job was being ended', async (t) => {
  const { actions } = run(idle, [0, assigned], [0, began], [5_000, tick], [6_000, tick], [6_010, died])
  t.same(actions.at(-1), { type: 'job-lost', execution: 'e1', reason: 'timeout' })
})

t.test('executors that die before they do anything are started again ever more slowly', async (t) => {
  let slot = newSlot
  const delays: number[] = []
  let nowMs = 0
  for (let i = 0; i < 12; i++) {
    const step1 = run(slot, [nowMs, tick], [nowMs, died])
    slot = step1.slot
    delays.push((nextTickMs(slot) ?? 0) - nowMs)
    nowMs = nextTickMs(slot) ?? 0
  }
  t.same(delays.slice(0, 5), [0, 100, 200, 400, 800])
  t.equal(delays.at(-1), policy.maxBackoffMs)
})

t.test('an interrupt with force kills at once; without it, it begins the ladder and is not repeated', async (t) => {
  const forced = run(idle, [0, assigned], [1, { type: 'interrupt', execution: 'e1', reason: 'shutdown', force: true }])
  t.same(forced.actions, [{ type: 'signal', signal: 'SIGKILL' }])
  const soft: SlotEvent = { type: 'interrupt', execution: 'e1', reason: 'stopped', force: false }
  const gentle = run(idle, [0, assigned], [1, soft], [2, soft])
  t.same(gentle.actions, [{ type: 'abort', execution: 'e1', reason: 'stopped' }])
})

t.test('an interrupt of another execution changes nothing', async (t) => {
  const busy = run(idle, [0, assigned]).slot
  const [after, actions] = step(busy, { type: 'interrupt', execution: 'e9', reason: 'stopped', force: true }, 1, policy)
  t.equal(after, busy)
  t.same(actions, [])
})

t.test('closing a busy slot lets its job end; its limit still holds', async (t) => {
  const close: SlotEvent = { type: 'close', force: false }
  const { slot, actions } = run(idle, [0, assigned], [0, began], [10, close])
  t.same(actions, [{ type: 'exit' }])
  t.equal(nextTickMs(slot), 5_000)
  const done = run(slot, [20, ended], [30, died])
  t.equal(done.slot.state.phase, 'closed')
})

t.test('closing with force kills, and hands a running job over as interrupted', async (t) => {
  const { slot, actions } = run(idle, [0, assigned], [1, { type: 'close', force: true }], [2, died])
  t.same(actions, [
    { type: 'signal', signal: 'SIGKILL' },
    { type: 'job-lost', execution: 'e1', reason: 'shutdown' },
  ])
  t.equal(slot.state.phase, 'closed')
})

t.test('an idle executor that does not end when told is killed', async (t) => {
  const { actions } = run(idle, [0, { type: 'close', force: false }], [policy.exitGraceMs, tick])
  t.same(actions, [{ type: 'exit' }, { type: 'signal', signal: 'SIGKILL' }])
})

const anyEvent: fc.Arbitrary<SlotEvent> = fc.oneof(
  fc.constantFrom<SlotEvent>(tick, ready, died, assigned, began, ended),
  fc.constantFrom<SlotEvent>({ type: 'assigned', execution: 'e2', limitMs: null }, { type: 'ended', execution: 'e2' }),
  fc.record({
    type: fc.constant('interrupt' as const),
    execution: fc.constantFrom('e1', 'e2'),
    reason: fc.constantFrom('timeout' as const, 'stopped' as const, 'shutdown' as const),
    force: fc.boolean(),
  }),
  fc.record({ type: fc.constant('close' as const), force: fc.boolean() }),
)

t.test('whatever happens: a job is lost or ended exactly once, and a closed slot stays closed', async () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20_000), anyEvent), { maxLength: 60 }), (events) => {
      let slot = newSlot
      let nowMs = 0
      let held: string | null = null
      for (const [pauseMs, event] of events) {
        nowMs += pauseMs
        const before = slot
        const [next, actions] = step(slot, event, nowMs, policy)
        slot = next
        const taken =
          event.type === 'assigned' && before.state.phase === 'idle' && next.state.phase === 'busy'
            ? event.execution
            : null
        if (taken !== null) held = taken
        const lost = actions.filter(({ type }) => type === 'job-lost')
        if (lost.length > 1 || (lost.length === 1 && held === null)) return false
        if (lost.length === 1 || (event.type === 'ended' && event.execution === held)) held = null
        if (before.state.phase === 'closed' && (next.state.phase !== 'closed' || actions.length > 0)) return false
        if (actions.some(({ type }) => type === 'spawn') && before.state.phase !== 'empty') return false
      }
      return true
    }),
    { numRuns: 2_000, seed: 1 },
  )
})
