import t from 'tap'
import { statusText } from '../../../daemon/systemd/status-text.js'
import type { Pulse } from '../../../daemon/supervisor/pulse.js'

const pulse: Pulse = {
  state: 'running',
  executors: 4,
  busy: 3,
  running: 3,
  idleHeardMonoMs: [0],
  redis: { connected: true, roundTripMs: 0.42 },
  fetchTurns: 1,
  linkLooks: 1,
  stopLeftMs: null,
}

t.test('C8: the status tells of executors, waiting jobs and Redis in one line', async (t) => {
  t.equal(statusText(pulse, 120, 0), 'running: 3 of 4 executors busy, 120 waiting, Redis 0.4 ms')
  t.equal(statusText({ ...pulse, state: 'paused' }, 0, 0), 'paused: 3 of 4 executors busy, 0 waiting, Redis 0.4 ms')
})

t.test('C8: what nobody knows is left out, and trouble is named', async (t) => {
  const away = { ...pulse, executors: 1, busy: 0, redis: { connected: false, roundTripMs: null } }
  t.equal(statusText(away, null, 1), 'running: 0 of 1 executor busy, 1 silent, Redis does not answer')
})

t.test('a round trip is shown with one digit, so that the line changes only when something has', async (t) => {
  const shown = (roundTripMs: number): string =>
    statusText({ ...pulse, redis: { connected: true, roundTripMs } }, null, 0).replace(/.*Redis /, '')
  t.strictSame([0.01, 0.16, 2.6, 123].map(shown), ['< 0.1 ms', '0.2 ms', '3 ms', '100 ms'])
})

t.test('C8: a daemon that stops says what it waits for, and how long', async (t) => {
  const stopping: Pulse = { ...pulse, state: 'stopping' }
  t.equal(statusText(stopping, 5, 0), 'stopping: waiting for 3 running jobs')
  t.equal(
    statusText({ ...stopping, running: 1, stopLeftMs: 41_200 }, 5, 0),
    'stopping: waiting for 1 running job, 42 s left',
  )
  t.equal(statusText({ ...stopping, running: 0 }, 5, 0), 'stopping: no job runs')
})
