import t from 'tap'
import type { DaemonEvent } from '../../../daemon/events/event.js'
import { EventHub } from '../../../daemon/events/hub.js'
import { JobEvents } from '../../../daemon/events/job-events.js'
import type { Settlement } from '../../../src/job/settle.js'

const job = { id: 'j1', queue: 'low', hash: { description: 'shop.send(17, "secret")' } }
const all = { types: [], queues: [] }
const finish: Settlement = { kind: 'finish', resultTtlSec: 500, value: null }

function setup() {
  let monoMs = 0
  const hub = new EventHub({ epochMs: () => 0 })
  const events = new JobEvents(hub, { monoMs: () => monoMs })
  const told: DaemonEvent[] = []
  return { hub, events, told, hear: () => hub.listen((event) => told.push(event)), later: () => (monoMs += 1_000) }
}

t.test('jobs that start and end well are nothing to those who do not listen', (t) => {
  const { hub, events } = setup()
  events.started(job, 'w.1')
  events.settled(job, 'w.1', finish, 0.5)
  t.equal(hub.seq, 0)
  t.end()
})

t.test('each settlement is an event of its own kind, with the function and without its arguments', (t) => {
  const { events, told, hear, hub } = setup()
  hear()
  events.started(job, 'w.1')
  events.settled(job, 'w.1', finish, 0.5)
  events.settled(job, 'w.1', { kind: 'hand-back', ttlSec: 0 }, 0.5)
  const text = 'Error: no\n at x'
  const failure = { kind: 'fail', failureTtlSec: 1, text } as const
  events.settled(job, 'w.1', { ...failure, status: 'failed' } as unknown as Settlement, 0.5)
  events.settled(job, 'w.1', { ...failure, status: 'stopped' } as unknown as Settlement, 0.5)
  events.settled(job, 'w.1', { kind: 'retry', text, retriesLeft: 2, delaySec: 3 } as unknown as Settlement, 0.5)
  const common = { jobId: 'j1', queue: 'low', func: 'shop.send', worker: 'w.1' }
  t.match(told, [
    { type: 'job.started', ...common },
    { type: 'job.finished', ...common, durationSec: 0.5 },
    { type: 'job.handed-back', ...common },
    { type: 'job.failed', ...common, error: 'Error: no' },
    { type: 'job.stopped', ...common },
    { type: 'job.retried', ...common, retriesLeft: 2, delaySec: 3 },
  ])
  t.notMatch(JSON.stringify(told), 'secret')
  t.same(
    hub.recent(all).map(({ type }) => type),
    ['job.handed-back', 'job.failed', 'job.stopped', 'job.retried'],
  )
  t.end()
})

t.test('above 500 of a kind a second the rest is summed by queue', (t) => {
  const { events, told, hear, later } = setup()
  hear()
  for (let i = 0; i < 700; i++) events.started(job, 'w.1')
  for (let i = 0; i < 510; i++) events.settled({ ...job, queue: 'high' }, 'w.1', finish, 0)
  t.equal(told.length, 1_000)
  events.flush()
  t.match(told.slice(1_000), [
    { type: 'job.summed', queue: 'low', started: 200 },
    { type: 'job.summed', queue: 'high', finished: 10 },
  ])
  later()
  events.started(job, 'w.1')
  t.match(told.at(-1), { type: 'job.started' }, 'another second begins anew')
  t.end()
})
