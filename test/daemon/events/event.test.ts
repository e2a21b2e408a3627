import t from 'tap'
import { type EventFilter, eventGroups, eventTypes, passes } from '../../../daemon/events/event.js'

const filter = (types: EventFilter['types'], queues: readonly string[] = []): EventFilter => ({ types, queues })
const event = (type: string, fields = {}) => ({ seq: 1, time: '2026-11-25T02:00:00.000Z', type, ...fields })

t.test('every type belongs to a group, and every group has a type', (t) => {
  const groups = Object.keys(eventTypes).map((type) => type.split('.')[0])
  t.same([...new Set(groups)], eventGroups)
  t.end()
})

t.test('a filter takes types, groups and queues; an empty one takes all', (t) => {
  const failed = event('job.failed', { queue: 'low' })
  t.ok(passes(filter([]), failed))
  t.ok(passes(filter(['job']), failed))
  t.ok(passes(filter(['job.failed', 'redis']), failed))
  t.notOk(passes(filter(['job.finished']), failed))
  t.ok(passes(filter([], ['high', 'low']), failed))
  t.notOk(passes(filter(['job'], ['high']), failed))
  t.notOk(passes(filter([], ['high']), event('redis.lost')), 'it is about no queue')
  t.ok(passes(filter([], ['high']), event('queue.paused', { queues: ['low', 'high'] })))
  t.end()
})

t.test('whoever wants single events of jobs gets the sums that stand for them', (t) => {
  const sum = event('job.summed', { queue: 'low' })
  t.ok(passes(filter(['job.finished']), sum))
  t.notOk(passes(filter(['redis']), sum))
  t.notOk(passes(filter(['job.finished'], ['high']), sum))
  t.end()
})
