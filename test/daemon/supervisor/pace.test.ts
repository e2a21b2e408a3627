import t from 'tap'
import { AHEAD_MS, aheadMsAt, MAX_AHEAD, Pace } from '../../../daemon/supervisor/pace.js'

void t.test('nobody knows how long a job takes before one has ended', (t) => {
  const pace = new Pace()
  t.equal(pace.estimateMs('f', 'q'), undefined)
  t.equal(pace.anyMs, undefined)
  t.end()
})

void t.test('jobs that do nothing may fill what an executor holds ahead, and no more', (t) => {
  const pace = new Pace()
  for (let i = 0; i < 100; i++) pace.learn('f', 'q', 0, 0)
  t.equal(pace.estimateMs('f', 'q'), AHEAD_MS / MAX_AHEAD)
  t.end()
})

void t.test('each function has its own pace; an unknown one has that of its queue', (t) => {
  const pace = new Pace()
  for (let i = 0; i < 100; i++) {
    pace.learn('short', 'a', 1, 0)
    pace.learn('long', 'b', 1_000, 0)
  }
  t.ok((pace.estimateMs('short', 'a') ?? Infinity) < 1.1)
  t.ok((pace.estimateMs('long', 'b') ?? 0) > 990)
  t.ok((pace.estimateMs('unknown', 'a') ?? Infinity) < 1.1)
  t.equal(pace.estimateMs('unknown', 'c'), undefined)
  t.end()
})

void t.test('what varies is taken for longer than its mean', (t) => {
  const pace = new Pace()
  for (let i = 0; i < 100; i++) pace.learn('f', 'q', i % 2 === 0 ? 0 : 10, 0)
  t.ok((pace.estimateMs('f', 'q') ?? 0) > 10)
  t.end()
})

void t.test('a function that has become long is soon known to be', (t) => {
  const pace = new Pace()
  for (let i = 0; i < 100; i++) pace.learn('f', 'q', 0.1, 0)
  pace.learn('f', 'q', 5_000, 0)
  t.ok((pace.estimateMs('f', 'q') ?? 0) > AHEAD_MS)
  t.end()
})

void t.test('names without end are not kept', (t) => {
  const pace = new Pace()
  for (let i = 0; i < 5_000; i++) pace.learn(`f${i}`, `q${i}`, 100, 0)
  t.equal(pace.estimateMs('f0', 'q0'), undefined)
  t.not(pace.estimateMs('f4999', 'q4999'), undefined)
  t.end()
})

void t.test('large payloads count, although the function itself is short', (t) => {
  const pace = new Pace()
  for (let i = 0; i < 100; i++) pace.learn('f', 'q', 0, 100 * 1024)
  const estimateMs = pace.estimateMs('f', 'q') ?? 0
  t.ok(estimateMs > 1 && estimateMs < 4, `${estimateMs} ms`)
  t.end()
})

t.test('far from Redis more work lies ahead: two round trips, within a bound', (t) => {
  t.equal(aheadMsAt(null), AHEAD_MS)
  t.equal(aheadMsAt(0.3), AHEAD_MS)
  t.equal(aheadMsAt(10), AHEAD_MS)
  t.equal(aheadMsAt(80), 160)
  t.equal(aheadMsAt(2_000), 250)
  t.end()
})
