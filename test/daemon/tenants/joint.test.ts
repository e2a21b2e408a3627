import t from 'tap'
import { jointCounters, jointDrain, jointProgress, jointPulse, jointState } from '../../../daemon/tenants/joint.js'
import type { Pulse } from '../../../daemon/supervisor/pulse.js'
import { newCounters } from '../../../src/worker/counters.js'

t.test('the whole runs where any tenant does, and stops where any stops', (t) => {
  t.equal(jointState(['paused', 'running']), 'running')
  t.equal(jointState(['starting', 'running']), 'running')
  t.equal(jointState(['drained', 'drained']), 'drained')
  t.equal(jointState(['drained', 'draining']), 'draining')
  t.equal(jointState(['running', 'stopping']), 'stopping')
  t.equal(jointState(['suspended', 'paused']), 'suspended')
  t.end()
})

t.test('counters add up', (t) => {
  const one = { ...newCounters(), finished: 3, fenced: 1 }
  const other = { ...newCounters(), finished: 4 }
  t.match(jointCounters([one, other], newCounters()), { finished: 7, fenced: 1, failed: 0 })
  t.end()
})

const pulse = (fields: Partial<Pulse>): Pulse => ({
  state: 'running',
  executors: 2,
  busy: 1,
  running: 1,
  idleHeardMonoMs: [5],
  redis: { connected: true, roundTripMs: 1 },
  fetchTurns: 10,
  linkLooks: 10,
  stopLeftMs: null,
  ...fields,
})

t.test('the pulse of the whole is that of its slowest part, over the same executors', (t) => {
  const whole = jointPulse([
    pulse({ fetchTurns: 4, linkLooks: 9, stopLeftMs: 700 }),
    pulse({ running: 2, linkLooks: 3, redis: { connected: false, roundTripMs: null } }),
    pulse({ stopLeftMs: 900, redis: { connected: true, roundTripMs: 7 } }),
  ])
  t.match(whole, { executors: 2, busy: 1, running: 4, fetchTurns: 4, linkLooks: 3, stopLeftMs: 700 })
  t.same(whole.redis, { connected: false, roundTripMs: 7 })
  t.end()
})

t.test('who waits for Redis before it begins is not expected to show signs of life', (t) => {
  const waiting = pulse({
    state: 'starting',
    fetchTurns: 0,
    linkLooks: 0,
    redis: { connected: false, roundTripMs: null },
  })
  t.match(jointPulse([waiting, pulse({})]), { state: 'running', fetchTurns: 10, redis: { connected: true } })
  t.match(jointPulse([waiting, waiting]), { state: 'starting', fetchTurns: 0 })
  t.end()
})

t.test('a drain of several is over with the last of them', (t) => {
  const drained = { drained: true, handedBack: 0, elapsedSec: 2 }
  const late = { drained: false, handedBack: 3, elapsedSec: 5 }
  t.same(jointDrain([drained, late]), { drained: false, handedBack: 3, elapsedSec: 5 })
  t.end()
})

t.test('the progress of several drains is told as one', (t) => {
  const told: number[] = []
  const [first, second] = jointProgress(({ running }) => told.push(running), 2)
  first?.({ running: 3, elapsedSec: 0 })
  second?.({ running: 2, elapsedSec: 0 })
  first?.({ running: 1, elapsedSec: 1 })
  t.same(told, [3, 5, 3])
  t.end()
})
