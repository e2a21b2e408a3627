import t from 'tap'
import type { DaemonEvent } from '../../../daemon/events/event.js'
import { EventHub } from '../../../daemon/events/hub.js'

const newHub = () => new EventHub({ epochMs: () => Date.UTC(2026, 10, 25, 2) })
const all = { types: [], queues: [] }

t.test('those who listen are told, numbered and dated, until they end it', (t) => {
  const hub = newHub()
  const told: DaemonEvent[] = []
  t.notOk(hub.isHeard)
  const end = hub.listen((event) => told.push(event))
  t.ok(hub.isHeard)
  hub.publish('redis.lost')
  hub.publish('queue.paused', { queues: ['low'] })
  end()
  hub.publish('redis.found')
  t.notOk(hub.isHeard)
  t.same(told, [
    { seq: 1, time: '2026-11-25T02:00:00.000Z', type: 'redis.lost' },
    { seq: 2, time: '2026-11-25T02:00:00.000Z', type: 'queue.paused', queues: ['low'] },
  ])
  t.equal(hub.seq, 3)
  t.end()
})

t.test('the last hundred events that are worth it are kept', (t) => {
  const hub = newHub()
  for (let i = 0; i < 150; i++) hub.publish('job.failed', { queue: i % 2 === 0 ? 'even' : 'odd' })
  hub.publish('job.finished', { queue: 'odd' }, false)
  t.same([hub.recent(all).length, hub.recent(all)[0]?.seq, hub.recent(all).at(-1)?.seq], [100, 51, 150])
  t.equal(hub.recent({ types: ['job'], queues: ['odd'] }).length, 50)
  t.end()
})

t.test('what happens to a tenant is told to who listens to it and to who listens to all, counted together', (t) => {
  const hub = newHub()
  const [ann, bob] = [hub.of('ann'), hub.of('bob')]
  const all_: DaemonEvent[] = []
  const anns: DaemonEvent[] = []
  hub.listen((event) => all_.push(event))
  ann.listen((event) => anns.push(event))
  hub.publish('redis.lost')
  ann.publish('job.failed', { queue: 'q' })
  bob.publish('job.failed', { queue: 'q', tenant: 'somebody else' })
  ann.publish('job.finished', { queue: 'q' }, false)
  const time = '2026-11-25T02:00:00.000Z'
  t.same(all_, [
    { seq: 1, time, type: 'redis.lost' },
    { seq: 2, time, type: 'job.failed', queue: 'q', tenant: 'ann' },
    { seq: 3, time, type: 'job.failed', queue: 'q', tenant: 'bob' },
    { seq: 4, time, type: 'job.finished', queue: 'q', tenant: 'ann' },
  ])
  t.same(anns, [all_[1], all_[3]])
  t.same([hub.seq, ann.seq, bob.seq], [4, 4, 4])
  t.same(hub.recent(all), all_.slice(0, 3))
  t.same(ann.recent(all), [all_[1]])
  t.same(bob.recent({ types: ['redis'], queues: [] }), [])
  t.end()
})

t.test('a tenant is heard where somebody listens to it or to all, and not where they listen to another', (t) => {
  const hub = newHub()
  const [ann, bob] = [hub.of('ann'), hub.of('bob')]
  const end = ann.listen(() => undefined)
  t.same([hub.isHeard, ann.isHeard, bob.isHeard], [false, true, false])
  end()
  hub.listen(() => undefined)
  t.same([hub.isHeard, ann.isHeard, bob.isHeard], [true, true, true])
  t.end()
})

t.test('what happens to others takes no place among the events that are kept of a tenant', (t) => {
  const hub = newHub()
  const [ann, bob] = [hub.of('ann'), hub.of('bob')]
  ann.publish('job.failed', { queue: 'q' })
  for (let i = 0; i < 150; i++) bob.publish('job.failed', { queue: 'q' })
  t.match(ann.recent(all), [{ seq: 1, tenant: 'ann' }])
  t.equal(hub.recent(all)[0]?.seq, 52)
  t.end()
})
