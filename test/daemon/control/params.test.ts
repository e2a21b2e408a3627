import t from 'tap'
import { readParams } from '../../../daemon/control/params.js'

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
