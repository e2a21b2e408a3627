import t from 'tap'
import { LogBudget } from '../../daemon/log-budget.js'

/** How many of `count` events, spread over a second from `startMs`, get a line. */
function second(budget: LogBudget, startMs: number, count: number): number {
  const times = Array.from({ length: count }, (_, i) => startMs + (i * 999) / Math.max(1, count))
  return times.filter((monoMs) => budget.take(monoMs)).length
}

t.test('up to the limit, every event gets a line, second after second', async (t) => {
  for (const rest of ['count', 'sum'] as const) {
    const budget = new LogBudget(100, rest)
    for (let sec = 0; sec < 5; sec++) t.equal(second(budget, sec * 1_000, 100), 100, rest)
  }
})

t.test('counting: the first ones of every second get a line', async (t) => {
  const budget = new LogBudget(100, 'count')
  for (let sec = 0; sec < 3; sec++) t.equal(second(budget, sec * 1_000, 5_000), 100)
})

t.test('summing: after a second with too many, none does until a second has brought few', async (t) => {
  const budget = new LogBudget(100, 'sum')
  t.equal(second(budget, 0, 5_000), 100)
  t.equal(second(budget, 1_000, 5_000), 0)
  t.equal(second(budget, 2_000, 101), 0)
  t.equal(second(budget, 3_000, 100), 0, 'the first second with few is summed still')
  t.equal(second(budget, 4_000, 100), 100)
})

t.test('summing: silence ends it', async (t) => {
  const budget = new LogBudget(100, 'sum')
  second(budget, 0, 5_000)
  t.equal(second(budget, 2_000, 10), 10)
})
