import t from 'tap'
import { bindMethods } from '../../../daemon/control/methods.js'
import { methodNames } from '../../../daemon/control/protocol.js'
import { EventHub } from '../../../daemon/events/hub.js'
import { systemClock } from '../../../src/clock.js'
import { FakeOperations } from './fake-operations.js'
import { noData } from './harness.js'

t.test('each method calls its one operation', async (t) => {
  const operations = new FakeOperations()
  const events = new EventHub(systemClock)
  const handlers = bindMethods({ operations, data: noData, events }, '9.9.9')
  const seen: unknown[] = []
  const rolled: unknown[] = []
  const greeting = { name: 'web-1', version: '9.9.9', readOnly: false }
  const says: unknown[] = []
  const context = {
    onProgress: (progress: unknown) => void seen.push(progress),
    onRollout: (progress: unknown) => void rolled.push(progress),
    greet: (said: unknown) => {
      says.push(said)
      return greeting
    },
    subscribe: ({ types }: { types: readonly string[] }, hub: EventHub) => (hub === events ? types.length : -1),
    unsubscribe: () => true,
  }
  t.same(Object.keys(handlers), methodNames)
  t.equal(await handlers.ping(undefined, context), 'pong')
  t.equal(await handlers.status({}, context), operations.status_)
  t.same(await handlers.pause({ queues: ['low'] }, context), { paused: ['low'] })
  t.same(await handlers.resume({}, context), { paused: [] })
  t.same(await handlers.drain({ timeoutSec: 5 }, context), operations.drained)
  t.same(await handlers.scale({ executors: 4 }, context), { executors: 4, was: 2, ending: 0, elapsedSec: 2.5 })
  t.same(await handlers['restart-executors']({ wait: true }, context), operations.restarted)
  t.match(await handlers.reload([true], context), { changed: [], needRestart: [] })
  t.same(rolled.at(-1), operations.rollout.at(-1))
  t.same(await handlers.shutdown({ now: true }, context), { running: 3 })
  t.match(await handlers['rpc.discover']({}, context), { info: { version: '9.9.9' } })
  t.same(operations.calls, [
    ['status'],
    ['pause', ['low']],
    ['resume', []],
    ['drain', 5],
    ['scale', 4, false],
    ['restartExecutors', true],
    ['reload', true],
    ['shutdown', true],
  ])
  t.same(seen, operations.progress)
  t.same(await handlers.hello({ client: 'x 1' }, context), greeting)
  t.same(says, [{ client: 'x 1', user: null, pid: null }])
  t.same(await handlers.subscribe({ types: ['job', 'redis.lost'] }, context), { seq: 2 })
  t.same(await handlers.unsubscribe({}, context), { subscribed: true })
  events.publish('redis.lost')
  events.publish('queue.paused', { queues: ['low'] })
  t.match(await handlers.events({ queues: ['low'] }, context), { events: [{ seq: 2, type: 'queue.paused' }] })
})
