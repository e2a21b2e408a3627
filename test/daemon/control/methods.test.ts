import t from 'tap'
import { bindMethods, readParams } from '../../../daemon/control/methods.js'
import { methodNames } from '../../../daemon/control/protocol.js'
import { FakeOperations } from './fake-operations.js'

t.test('parameters by name and by position, with defaults', (t) => {
  t.same(readParams('pause', undefined), { queues: [] })
  t.same(readParams('pause', {}), { queues: [] })
  t.same(readParams('pause', { queues: ['a'] }), { queues: ['a'] })
  t.same(readParams('pause', [['a', 'b']]), { queues: ['a', 'b'] })
  t.same(readParams('drain', [30]), { timeoutSec: 30 })
  t.same(readParams('drain', {}), { timeoutSec: null })
  t.same(readParams('shutdown', [true]), { now: true })
  t.same(readParams('ping', []), {})
  t.end()
})

t.test('what does not fit is refused by name, with what was found and expected', (t) => {
  const cases: [Parameters<typeof readParams>[0], unknown, RegExp][] = [
    ['pause', { queue: ['a'] }, /^pause has no parameter "queue"; did you mean "queues"\?$/],
    ['ping', { whatever: 1 }, /^ping has no parameter "whatever"; it takes no parameters$/],
    ['pause', { queues: 'a' }, /^parameter queues of pause is "a"; expected an array$/],
    ['pause', { queues: [7] }, /^parameter queues\[0\] of pause is 7; expected text$/],
    ['pause', { queues: [''] }, /^parameter queues\[0\] of pause is ""; expected text that is not empty$/],
    ['pause', ['a', 'b'], /^pause takes "queues"; found 2 by position$/],
    ['drain', { timeoutSec: -1 }, /^parameter timeoutSec of drain is -1; expected at least 0$/],
    ['drain', { timeoutSec: '5' }, /^parameter timeoutSec of drain is "5"; expected a number$/],
    ['shutdown', { now: 'x'.repeat(500) }, /^parameter now of shutdown is .{80}; expected a boolean$/],
    ['shutdown', JSON.parse('{"__proto__": {"now": true}}'), /^shutdown has no parameter "__proto__"/],
  ]
  for (const [method, params, message] of cases) {
    t.throws(() => readParams(method, params), { code: 'RQD_BAD_OPTION', message }, String(message))
  }
  t.end()
})

t.test('each method calls its one operation', async (t) => {
  const operations = new FakeOperations()
  const handlers = bindMethods(operations, '9.9.9')
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
