import t from 'tap'
import { Alarm } from '../../../daemon/supervisor/alarm.js'
import { systemClock } from '../../../src/clock.js'
import { waitFor } from '../../helpers/wait-for.js'

void t.test('it rings at the earliest deadline, once, and again for later ones when asked anew', async (t) => {
  const rings: number[] = []
  const alarm = new Alarm(systemClock, () => rings.push(systemClock.monoMs()))
  t.teardown(() => alarm.stop())
  const nowMs = systemClock.monoMs()
  alarm.by(nowMs + 60_000)
  alarm.by(null)
  alarm.by(nowMs + 30)
  alarm.by(nowMs + 50_000)
  await waitFor('the first ring', () => rings.length === 1)
  t.ok((rings[0] ?? 0) >= nowMs + 30 - 1)
  alarm.by(systemClock.monoMs() - 5)
  await waitFor('what is overdue', () => rings.length === 2)
})

void t.test('stopped, it rings no more', async (t) => {
  let rings = 0
  const alarm = new Alarm(systemClock, () => (rings += 1))
  alarm.by(systemClock.monoMs() + 20)
  alarm.stop()
  const later = new Alarm(systemClock, () => (rings += 10))
  later.by(systemClock.monoMs() + 40)
  await waitFor('a later alarm', () => rings >= 10)
  t.equal(rings, 10)
})

void t.test('a deadline beyond what a timer can wait does not ring at once (C12)', async (t) => {
  let rings = 0
  const alarm = new Alarm(systemClock, () => (rings += 1))
  t.teardown(() => alarm.stop())
  alarm.by(systemClock.monoMs() + 60 * 24 * 3_600_000)
  const later = new Alarm(systemClock, () => (rings += 10))
  later.by(systemClock.monoMs() + 40)
  await waitFor('another alarm', () => rings >= 10)
  t.equal(rings, 10)
})
