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
