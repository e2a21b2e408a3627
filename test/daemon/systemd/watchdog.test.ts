import t from 'tap'
import { countSilent, stuckParts, watchdogMs } from '../../../daemon/systemd/watchdog.js'
import type { Pulse } from '../../../daemon/supervisor/pulse.js'

const NOW = 100_000
const SILENT_MS = 15_000

const before: Pulse = {
  state: 'running',
  executors: 2,
  busy: 0,
  running: 0,
  idleHeardMonoMs: [NOW - 20_000, NOW - 20_000],
  redis: { connected: true, roundTripMs: 0.4 },
  fetchTurns: 7,
  linkLooks: 30,
  stopLeftMs: null,
}
const moved: Pulse = { ...before, fetchTurns: 8, linkLooks: 45, idleHeardMonoMs: [NOW - 900, NOW - 100] }

function stuck(now: Partial<Pulse>, redisAnswersOthers = false): string[] {
  return stuckParts(before, { pulse: { ...moved, ...now }, nowMonoMs: NOW, redisAnswersOthers }, SILENT_MS)
}

t.test('C8: a sign of life is given where fetch loop, link and executors have moved', async (t) => {
  t.strictSame(stuck({}), [])
})

t.test('C8: none is given where the fetch loop, the link or all executors have not moved', async (t) => {
  t.strictSame(stuck({ fetchTurns: 7 }), ['the loop that fetches jobs has not moved'])
  t.strictSame(stuck({ linkLooks: 30 }), ['the connection to Redis has not been looked at'])
  t.strictSame(stuck({ idleHeardMonoMs: before.idleHeardMonoMs }), ['no executor has reported'])
  t.equal(stuck({ fetchTurns: 7, linkLooks: 30 }).length, 2, 'all of them are named')
})

t.test('C8: executors that run jobs may be silent, and one that reports is enough', async (t) => {
  t.strictSame(stuck({ busy: 2, idleHeardMonoMs: [] }), [])
  t.strictSame(stuck({ busy: 1, idleHeardMonoMs: [NOW - 60_000] }), [])
  t.strictSame(stuck({ idleHeardMonoMs: [NOW - 60_000, NOW - 500] }), [])
})

t.test('C8: a Redis that is away is no reason; a connection that is down while Redis answers others is', async (t) => {
  const away = { redis: { connected: false, roundTripMs: null } }
  t.strictSame(stuck(away, false), [])
  t.strictSame(stuck(away, true), ['Redis answers others, and the connection of the daemon is down'])
  t.strictSame(stuck({}, true), [], 'the connection is up again')
})

t.test('C8: a daemon that stops needs to fetch nothing and to hear of no executor', async (t) => {
  t.strictSame(stuck({ ...before, state: 'stopping' }), [])
})

t.test('executors that have nothing to do are silent after a time', async (t) => {
  const pulse = { ...moved, idleHeardMonoMs: [NOW - 15_001, NOW - 15_000, NOW] }
  t.equal(countSilent(pulse, NOW, SILENT_MS), 1)
})

t.test('systemd watches the process that it names, or the one it started', async (t) => {
  t.equal(watchdogMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '42' }, 42), 30_000)
  t.equal(watchdogMs({ WATCHDOG_USEC: '500000' }, 42), 500)
  t.equal(watchdogMs({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '41' }, 42), null)
  for (const value of ['', '0', '-1', 'soon']) t.equal(watchdogMs({ WATCHDOG_USEC: value }, 42), null, value)
  t.equal(watchdogMs({}, 42), null)
})
