import fc from 'fast-check'
import t from 'tap'
import {
  defaultSlotPolicy as policy,
  heldBy,
  newSlot,
  nextTickMs,
  step,
  type AssignedJob,
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
const died: SlotEvent = { type: 'died', jitter: 0.5 }
const give = (seq: number, limitMs: number | null = 5_000): AssignedJob => ({ seq, execution: `e${seq}`, limitMs })
const assigned: SlotEvent = { type: 'assigned', jobs: [give(1)] }
const batch: SlotEvent = { type: 'assigned', jobs: [give(1), give(2), give(3)] }
const began: SlotEvent = { type: 'began', execution: 'e1' }
const ended: SlotEvent = { type: 'ended', executions: ['e1'] }
const idle = run(newSlot, [0, tick], [1, ready]).slot

t.test('an empty slot forks an executor, which is idle once it is ready', async (t) => {
  const { slot, actions } = run(newSlot, [0, tick], [10, ready])
  t.same(actions, [{ type: 'spawn' }])
  t.equal(slot.state.phase, 'idle')
  t.equal(nextTickMs(slot), null)
})

t.test('I6: an executor that says it will end takes no innocent job along', async (t) => {
  const leaving: SlotEvent = { type: 'leaving' }
  const busy = run(idle, [0, batch], [1, began], [2, leaving], [3, ended])
  const { slot, actions } = run(busy.slot, [4, died])
  t.same([...busy.actions, ...actions], [{ type: 'jobs-returned', executions: ['e2', 'e3'] }])
  t.equal(slot.state.phase, 'empty')
  const alone = run(idle, [0, assigned], [1, began], [2, leaving], [3, ended])
  t.equal(alone.slot.state.phase, 'starting', 'nothing is given to it any more')
  t.equal(run(alone.slot, [4, died]).slot.failures, 0, 'and its end is no failure of the set-up')
  t.same(run(alone.slot, [3 + policy.exitGraceMs + policy.termGraceMs, tick]).actions, [
    { type: 'signal', signal: 'SIGKILL' },
  ])
})

t.test('an idle executor that says it will end is given nothing, and is killed if it does not', async (t) => {
  const { slot } = run(idle, [5, { type: 'leaving' }], [6, assigned])
  t.equal(heldBy(slot).ahead.length, 0)
  t.same(run(slot, [5 + policy.exitGraceMs, tick]).actions, [{ type: 'signal', signal: 'SIGKILL' }])
  t.equal(run(slot, [7, died]).slot.failures, 1, 'an idle one that dies may be a pattern')
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
  t.match(slot.state, { ahead: [{ rung: 'aborted' }] })
})

t.test('past its limit a job is aborted, then terminated, then killed, each after a grace', async (t) => {
  const { actions } = run(idle, [0, assigned], [0, began], [5_000, tick], [6_000, tick], [7_000, tick], [60_000, tick])
  t.same(actions, [
    { type: 'abort', execution: 'e1', reason: 'timeout' },
    { type: 'signal', signal: 'SIGTERM' },
    { type: 'signal', signal: 'SIGKILL' },
  ])
})

t.test('J21: a callback has a limit of its own, also where the function had reached its own', async (t) => {
  const callback: SlotEvent = { type: 'callback', execution: 'e1', limitMs: 60_000 }
  const due = (...events: [number, SlotEvent][]): number | null =>
    nextTickMs(run(idle, [0, assigned], [0, began], ...events).slot)
  t.equal(due([1_000, callback]), 61_000)
  t.equal(due([5_000, tick], [5_500, callback]), 65_500)
  t.equal(due([1_000, { ...callback, limitMs: null }]), null)
  t.equal(nextTickMs(run(idle, [0, assigned], [100, callback]).slot), 60_100, 'one that could not begin')
  const stop: SlotEvent = { type: 'interrupt', execution: 'e1', reason: 'stopped', force: false }
  t.equal(due([1_000, stop], [1_500, callback]), 2_000, 'a job that must end for another reason still must')
})

t.test('a job without a limit is never aborted', async (t) => {
  const { slot } = run(idle, [0, { type: 'assigned', jobs: [give(1, null)] }], [1, began])
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
  t.equal(delays[8], 12_800)
  t.same(delays.slice(9), [policy.fatalPauseMs, policy.fatalPauseMs, policy.fatalPauseMs], 'now and then')
})

t.test('each longer pause is told once, the last one as fatal, and jitter spreads them', async (t) => {
  let slot = newSlot
  const told: string[] = []
  for (let i = 1; i <= 13; i++) {
    const { slot: next, actions } = run(slot, [i * 100_000, tick], [i * 100_000, died])
    slot = next
    for (const action of actions) if (action.type === 'crash-loop') told.push(`${action.failures} ${action.fatal}`)
  }
  t.same(told, ['2 false', '3 false', '4 false', '5 false', '6 false', '7 false', '8 false', '9 false', '10 true'])
  const second = (jitter: number): number | null =>
    nextTickMs(run(newSlot, [0, tick], [0, died], [0, tick], [0, { type: 'died', jitter }]).slot)
  t.same([second(0), second(0.999)], [75, 125])
})

t.test('a job that ends makes up for deaths before, and so does a long life', async (t) => {
  const dying: [number, SlotEvent][] = [
    [0, died],
    [0, tick],
    [0, died],
    [100, tick],
  ]
  const shaken = run(newSlot, [0, tick], ...dying, [200, ready])
  t.equal(shaken.slot.failures, 2)
  const worked = run(shaken.slot, [300, assigned], [300, began], [310, ended])
  t.same(worked.actions, [{ type: 'recovered', failures: 2 }])
  t.equal(worked.slot.failures, 0)
  t.equal(run(shaken.slot, [200 + policy.steadyMs, died]).slot.failures, 1, 'the first one, after a long life')
  t.equal(run(shaken.slot, [199 + policy.steadyMs, died]).slot.failures, 3)
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
  const { slot, actions } = run(idle, [0, assigned], [0, began], [1, { type: 'close', force: true }], [2, died])
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

t.test('jobs that wait behind another are taken back when nothing has moved for a while', async (t) => {
  const { slot, actions } = run(idle, [0, batch], [5, began], [5 + policy.aheadLimitMs, tick])
  t.same(actions, [{ type: 'take-back' }])
  t.equal(nextTickMs(slot), 5_005, 'asked once, not again and again')
  const revoked = run(slot, [40, { type: 'revoked', upToSeq: 3, begunSeq: 1 }])
  t.same(revoked.actions, [{ type: 'jobs-returned', executions: ['e2', 'e3'] }])
  t.match(revoked.slot.state, { phase: 'busy', running: [{ execution: 'e1' }], ahead: [] })
})

t.test(
  'a job that the executor says it has begun is not taken back, although its beginning is told later',
  async (t) => {
    const { slot, actions } = run(idle, [0, batch], [1, { type: 'revoked', upToSeq: 3, begunSeq: 2 }])
    t.same(actions, [{ type: 'jobs-returned', executions: ['e3'] }])
    t.match(slot.state, { ahead: [{ execution: 'e1' }, { execution: 'e2' }] })
  },
)

t.test('jobs handed over after the question are not part of the answer', async (t) => {
  const later: SlotEvent = { type: 'assigned', jobs: [give(4)] }
  const { slot } = run(idle, [0, batch], [1, began], [2, later], [3, { type: 'revoked', upToSeq: 3, begunSeq: 1 }])
  t.match(slot.state, { running: [{ execution: 'e1' }], ahead: [{ execution: 'e4' }] })
})

t.test('jobs that move are not taken back', async (t) => {
  const next: SlotEvent = { type: 'began', execution: 'e2' }
  const { actions } = run(idle, [0, batch], [1, began], [20, ended], [20, next], [40, tick])
  t.same(actions, [])
})

t.test('the death of an executor blames the job that ran; the others never began', async (t) => {
  const { actions } = run(idle, [0, batch], [1, began], [2, died])
  t.same(actions, [
    { type: 'job-lost', execution: 'e1', reason: null },
    { type: 'jobs-returned', executions: ['e2', 'e3'] },
  ])
})

t.test('a death between two jobs blames the one whose payload may have been read', async (t) => {
  const { actions } = run(idle, [0, batch], [1, began], [2, ended], [3, died])
  t.same(actions, [
    { type: 'job-lost', execution: 'e2', reason: null },
    { type: 'jobs-returned', executions: ['e3'] },
  ])
})

t.test('closing takes back what has not begun', async (t) => {
  const { actions } = run(idle, [0, batch], [1, began], [2, { type: 'close', force: false }])
  t.same(actions, [{ type: 'take-back' }, { type: 'exit' }])
})

t.test(
  'where several run at a time, each keeps its own limit, and one that must be killed takes none along',
  async (t) => {
    const two = { ...policy, concurrency: 2 }
    let slot = idle
    const actions: SlotAction[] = []
    const jobs = [give(1, 1_000), give(2, 60_000), give(3, 60_000)]
    for (const [nowMs, event] of [
      [0, { type: 'assigned', jobs }],
      [0, { type: 'began', execution: 'e1' }],
      [0, { type: 'began', execution: 'e2' }],
      [25, tick],
      [1_000, tick],
      [2_000, tick],
      [2_001, died],
    ] as [number, SlotEvent][]) {
      const [next, wanted] = step(slot, event, nowMs, two)
      slot = next
      actions.push(...wanted)
    }
    t.same(actions, [
      { type: 'take-back' },
      { type: 'abort', execution: 'e1', reason: 'timeout' },
      { type: 'signal', signal: 'SIGTERM' },
      { type: 'job-lost', execution: 'e1', reason: 'timeout' },
      { type: 'job-lost', execution: 'e2', reason: 'shutdown' },
      { type: 'jobs-returned', executions: ['e3'] },
    ])
  },
)

const names = ['e1', 'e2', 'e3', 'e4', 'e5', 'e6']
const someNames = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
const anyEvent: fc.Arbitrary<SlotEvent> = fc.oneof(
  fc.constantFrom<SlotEvent>(tick, ready, died, { type: 'leaving' }),
  fc.record({
    type: fc.constant('assigned' as const),
    jobs: fc.integer({ min: 1, max: 3 }).map((n) => Array.from({ length: n }, () => give(0))),
  }),
  fc.record({ type: fc.constant('began' as const), execution: fc.constantFrom(...names) }),
  fc.record({ type: fc.constant('ended' as const), executions: someNames }),
  fc.record({ type: fc.constant('returned' as const), executions: someNames }),
  fc.record({ type: fc.constant('revoked' as const), upToSeq: fc.nat(8), begunSeq: fc.nat(8) }),
  fc.record({
    type: fc.constant('interrupt' as const),
    execution: fc.constantFrom(...names),
    reason: fc.constantFrom('timeout' as const, 'stopped' as const, 'shutdown' as const),
    force: fc.boolean(),
  }),
  fc.record({ type: fc.constant('close' as const), force: fc.boolean() }),
)

t.test('whatever happens: each job leaves the slot exactly once, and a closed slot stays closed', async () => {
  const held = (slot: Slot): string[] => {
    const { running, ahead } = heldBy(slot)
    return [...running, ...ahead].map(({ execution }) => execution).sort()
  }
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(20_000), anyEvent), { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      (events, concurrency) => {
        let slot = newSlot
        let nowMs = 0
        let seq = 0
        for (const [pauseMs, drawn] of events) {
          nowMs += pauseMs
          // Each job has a number and a name of its own.
          const event: SlotEvent =
            drawn.type === 'assigned' ? { ...drawn, jobs: drawn.jobs.map(() => give((seq += 1))) } : drawn
          const before = held(slot)
          const was = slot.state.phase
          const [next, actions] = step(slot, event, nowMs, { ...policy, concurrency })
          slot = next
          const taken =
            event.type === 'assigned' && (was === 'idle' || was === 'busy')
              ? event.jobs.map(({ execution }) => execution)
              : []
          const gone = actions.flatMap((action) =>
            action.type === 'job-lost' ? [action.execution] : action.type === 'jobs-returned' ? action.executions : [],
          )
          if (event.type === 'ended') gone.push(...event.executions.filter((execution) => before.includes(execution)))
          const expected = [...before, ...taken].sort()
          const found = [...held(slot), ...gone].sort()
          if (JSON.stringify(expected) !== JSON.stringify(found)) return false
          if (was === 'closed' && (held(slot).length > 0 || actions.length > 0)) return false
          if (actions.some(({ type }) => type === 'spawn') && was !== 'empty') return false
          if (slot.state.phase === 'busy' && held(slot).length === 0) return false
        }
        return true
      },
    ),
    { numRuns: 3_000, seed: 1 },
  )
})
