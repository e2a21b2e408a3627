import fc from 'fast-check'
import t from 'tap'
import { describeThrown, shorten } from '../../../src/run/traceback.js'

void t.test('an error gives its class, message and native stack', (t) => {
  class Late extends Error {}
  const text = describeThrown(new Late('no bus'))
  t.match(text, { errorType: 'Late', message: 'no bus', traceback: /no bus\n {4}at / })
  t.match(describeThrown(new TypeError('x')), { errorType: 'TypeError', traceback: /^TypeError: x\n/ })
  t.notMatch(describeThrown(new TypeError('x')).traceback, /node:/)
  t.end()
})

void t.test('frames of the executor and of node are removed while one of the user remains', (t) => {
  const own = new URL('../../../src/run/run-task.js', import.meta.url).href
  const error = new Error('x')
  error.stack = `Error: x\n    at theirs (/tasks/a.mjs:1:2)\n    at ours (${own}:3:4)\n    at node:internal/process/task_queues:95:5`
  t.equal(describeThrown(error).traceback, 'Error: x\n    at theirs (/tasks/a.mjs:1:2)')
  error.stack = `Error: x\n    at ours (${own}:3:4)`
  t.equal(describeThrown(error).traceback, error.stack)
  t.end()
})

void t.test('a message that was changed after the stack was taken is shown', (t) => {
  const error = new Error('before')
  error.message = 'after'
  t.match(describeThrown(error).traceback, /^Error: after\n/)
  t.end()
})

void t.test('causes and members follow, circles and crowds end', (t) => {
  const error = new Error('top', { cause: new RangeError('below', { cause: 'text' }) })
  t.match(
    describeThrown(error).traceback,
    /top[^]*Caused by: RangeError: below[^]*Caused by: a value that is no Error was thrown: text/,
  )
  const circle = new Error('circle')
  circle.cause = circle
  t.match(describeThrown(circle).traceback, /Caused by: an error shown above$/)
  const crowd = new AggregateError(
    Array.from({ length: 30 }, (_, at) => new Error(`member ${at}`)),
    'crowd',
  )
  t.match(describeThrown(crowd).traceback, /crowd[^]*\[error 20 of 30\] Error: member 19[^]*\[10 more\]/)
  let chain = new Error('end')
  for (let depth = 0; depth < 50_000; depth++) chain = new Error('link', { cause: chain })
  t.ok(describeThrown(chain).traceback.length < 64 * 1024)
  t.end()
})

void t.test('a long text is cut in the middle and says so', (t) => {
  const text = describeThrown(new Error(`start ${'x'.repeat(500_000)} end`))
  t.ok(text.traceback.length <= 64 * 1024)
  t.match(text.traceback, /^Error: start xx/)
  t.match(text.traceback, /characters left out/)
  t.ok(text.message.length <= 8 * 1024)
  t.ok(describeThrown(new Error('x'.repeat(1_000)), 200).traceback.length <= 200)
  t.end()
})

void t.test('cut text is valid Unicode, however it is cut', (t) => {
  for (let max = 30; max < 60; max++) {
    const cut = shorten('😀'.repeat(200), max)
    t.ok(cut.length <= max + 1)
    t.equal(Buffer.from(cut).toString(), cut)
  }
  t.end()
})

void t.test('nothing that is thrown makes it throw', (t) => {
  const trap = () => {
    throw new Error('trap')
  }
  const traps = new Proxy({}, { get: () => trap })
  const bad = new Error('x')
  t.type(bad.stack, 'string') // formatted now, not when the traps are set
  const badGetters = Object.defineProperties(bad, {
    name: { get: trap },
    message: { get: trap },
    stack: { get: trap },
    cause: { get: trap },
    errors: { get: trap },
    constructor: { get: trap },
  })
  const odd = Object.assign(new Error('x'), { message: 5, stack: {}, errors: new Proxy([], traps), name: Symbol('n') })
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const inspects = { [Symbol.for('nodejs.util.inspect.custom')]: trap, toString: trap, toJSON: trap }
  for (const value of [
    new Proxy(new Error('x'), traps),
    badGetters,
    odd,
    proxy,
    inspects,
    Symbol('s'),
    1n,
    null,
    undefined,
  ]) {
    const text = describeThrown(value)
    t.match([typeof text.errorType, typeof text.message, typeof text.traceback], ['string', 'string', 'string'])
  }
  fc.assert(fc.property(fc.anything(), (value) => void describeThrown(value)))
  t.end()
})
