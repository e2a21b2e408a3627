import t from 'tap'
import { bindMethods } from '../../../daemon/control/methods.js'
import { methodNames } from '../../../daemon/control/protocol.js'
import { FakeOperations } from './fake-operations.js'
import { noData } from './harness.js'

t.test('each method calls its one operation', async (t) => {
  const operations = new FakeOperations()
  const handlers = bindMethods({ operations, data: noData }, '9.9.9')
  const seen: unknown[] = []
  const rolled: unknown[] = []
  const context = {
    onProgress: (progress: unknown) => void seen.push(progress),
    onRollout: (progress: unknown) => void rolled.push(progress),
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
})
