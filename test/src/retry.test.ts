import fc from 'fast-check'
import t from 'tap'
import { retryDelaySec } from '../../src/job/settle.js'
import { systemRandom, type Random } from '../../src/random.js'
import { Repeat } from '../../src/repeat.js'
import { Retry } from '../../src/retry.js'

const at = (unit: number): Random => ({ ...systemRandom, unit: () => unit })

void t.test('J17 one interval or a list of them, in any form of a duration', (t) => {
  t.strictSame(new Retry({ max: 3 }).intervalsSec(systemRandom), [0])
  t.strictSame(new Retry({ max: 3, interval: 10 }).intervalsSec(systemRandom), [10])
  t.strictSame(new Retry({ max: 3, interval: [10, '1m', '2h'] }).intervalsSec(systemRandom), [10, 60, 7200])
  t.match(new Retry({ max: 2 }), { max: 2, enqueueAtFront: false })
  t.match(new Retry({ max: 2, enqueueAtFront: true }), { enqueueAtFront: true })
  t.end()
})

void t.test(
  'J17 exponential waits grow by the factor up to the limit, in the order in which workers take them',
  (t) => {
    const retry = Retry.exponential({ max: 6, baseSec: 5, factor: 3, maxSec: 200, jitter: 0 })
    const list = retry.intervalsSec(systemRandom)
    t.strictSame(list, [5, 15, 45, 135, 200, 200])
    t.strictSame(
      [6, 5, 4, 3, 2, 1].map((left) => retryDelaySec(left, list)),
      list,
    )
    t.strictSame(Retry.exponential({ max: 3, baseSec: 100, jitter: 0.2 }).intervalsSec(at(0)), [80, 160, 320])
    t.strictSame(Retry.exponential({ max: 3, baseSec: 100, jitter: 0.2 }).intervalsSec(at(0.5)), [100, 200, 400])
    t.strictSame(Retry.exponential({ max: 2, baseSec: 0.1, jitter: 1 }).intervalsSec(at(0)), [1, 1], 'never at once')
    t.end()
  },
)

void t.test('exponential waits are whole seconds within their jitter, whatever the options', (t) => {
  fc.assert(
    fc.property(
      fc.record({
        max: fc.integer({ min: 1, max: 1_000 }),
        baseSec: fc.double({ min: 0.01, max: 1e6, noNaN: true }),
        factor: fc.double({ min: 1, max: 1e3, noNaN: true }),
        maxSec: fc.integer({ min: 1, max: 1e7 }),
        jitter: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      (options) => {
        const list = Retry.exponential(options).intervalsSec(systemRandom)
        if (list.length !== options.max) throw new Error('one for each')
        const most = Math.ceil(options.maxSec * (1 + options.jitter))
        if (!list.every((sec) => Number.isSafeInteger(sec) && sec >= 1 && sec <= most)) throw new Error(list.join())
      },
    ),
    { seed: 20_261_123, numRuns: 200 },
  )
  t.end()
})

void t.test('wrong options are refused by name', (t) => {
  const wrong: [() => unknown, string | RegExp][] = [
    [() => new Retry({ max: 0 }), 'retry.max is 0; expected a whole number from 1'],
    [() => new Retry({ max: 1.5 }), /^retry.max is 1.5/],
    [() => new Retry({ max: 1, interval: [] }), 'retry.interval is an empty list; expected at least one span'],
    [() => new Retry({ max: 1, interval: [5, -1] }), 'retry.interval is -1; expected 0 (at once) or more'],
    [() => new Retry({ max: 1, interval: 'soon' }), /^retry.interval is "soon"/],
    [() => Retry.exponential({ max: 2_000 }), 'retry.max is 2000; expected at most 1000'],
    [() => Retry.exponential({ max: 2, baseSec: 0 }), /^retry.baseSec is 0/],
    [() => Retry.exponential({ max: 2, factor: 0.5 }), /^retry.factor is 0.5/],
    [() => Retry.exponential({ max: 2, maxSec: 0 }), /^retry.maxSec is 0/],
    [() => Retry.exponential({ max: 2, jitter: 2 }), 'retry.jitter is 2; expected a part from 0 to 1'],
    [() => new Repeat({ times: 0 }), /^repeat.times is 0/],
    [() => new Repeat({ times: 1, interval: -1 }), /^repeat.interval is -1/],
  ]
  for (const [make, message] of wrong) t.throws(make, { message }, String(message))
  t.strictSame(new Repeat({ times: 2, interval: ['5s', 7] }).intervalsSec, [5, 7])
  t.end()
})
