import t from 'tap'
import { bindMethods } from '../../../daemon/control/methods.js'
import { methodNames } from '../../../daemon/control/protocol.js'
import { FakeOperations } from './fake-operations.js'
import { noData } from './harness.js'

t.test('each method calls its one operation', async (t) => {
  const operations = new FakeOperations()
  const handlers = bindMethods({ operations, data: noData }, '9.9.9')
  const seen: unknown[] = []
  const context = { onProgress: (progress: unknown) => void seen.push(progress) }
  t.same(Object.keys(handlers), methodNames)
  t.equal(await handlers.ping(undefined, context), 'pong')
  t.equal(await handlers.status({}, context), operations.status_)
  t.same(await handlers.pause({ queues: ['low'] }, context), { paused: ['low'] })
  t.same(await handlers.resume({}, context), { paused: [] })
  t.same(await handlers.drain({ timeoutSec: 5 }, context), operations.drained)
  t.same(await handlers.shutdown({ now: true }, context), { running: 3 })
  t.match(await handlers['rpc.discover']({}, context), { info: { version: '9.9.9' } })
  t.same(operations.calls, [['status'], ['pause', ['low']], ['resume', []], ['drain', 5], ['shutdown', true]])
  t.same(seen, operations.progress)
})
