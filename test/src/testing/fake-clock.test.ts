import t from 'tap'
import { FakeClock } from '../../../src/testing/fake-clock.js'

const host = { epochMs: () => 1_000_250, monoMs: () => 7 }

void t.test('5.5 a fake clock shows what it is set to, to the second, and goes on with the host', (t) => {
  const start = new Date('2030-01-01T00:00:00Z')
  let nowMs = 1_000_250
  const clock = new FakeClock(start, { ...host, epochMs: () => nowMs })
  t.ok(clock.epochMs() >= start.getTime() && clock.epochMs() < start.getTime() + 1_000)
  t.equal(clock.aheadMs % 1_000, 0, 'whole seconds, so that no time in Redis is rounded')
  const shown = clock.now()
  nowMs += 40
  t.equal(clock.epochMs() - shown.getTime(), 40)
  clock.moveSec(60)
  t.equal(clock.epochMs() - shown.getTime(), 60_040)
  t.equal(clock.monoMs(), 7)
  t.end()
})

void t.test('a fake clock begins with the time of the host, and may be behind it', (t) => {
  t.equal(new FakeClock(undefined, host).epochMs(), 1_000_250)
  t.match(new FakeClock(new Date(0), host), { aheadMs: -1_000_000 })
  t.throws(() => new FakeClock(new Date('soon')), { code: 'RQD_BAD_OPTION', message: /is an invalid Date/ })
  t.end()
})
