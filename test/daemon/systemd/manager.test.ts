import t from 'tap'
import type { Pulse } from '../../../daemon/supervisor/pulse.js'
import { ServiceManager, type Watched } from '../../../daemon/systemd/manager.js'
import type { Notice } from '../../../daemon/systemd/notice.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'

/** A daemon that moves as told, at a time that the test sets. */
function setup(environment: NodeJS.ProcessEnv = {}) {
  const told: Notice[] = []
  const logger = new RecordingLogger()
  const time = { monoMs: 1_000_000 }
  const clock = { monoMs: () => time.monoMs, epochMs: () => time.monoMs }
  const state = { turns: 0, looks: 0, heardMonoMs: 0, connected: true, running: 0, answers: true, stopping: false }
  const watched: Watched = {
    pulse: (): Pulse => ({
      state: state.stopping ? 'stopping' : 'running',
      executors: 1,
      busy: 0,
      running: state.running,
      idleHeardMonoMs: [state.heardMonoMs],
      redis: { connected: state.connected, roundTripMs: state.connected ? 1 : null },
      fetchTurns: state.turns,
      linkLooks: state.looks,
      stopLeftMs: null,
    }),
    nudge: () => void (state.turns += 1),
    countWaiting: async () => 5,
    redisAnswers: async () => state.answers,
  }
  const manager = new ServiceManager({
    environment: { NOTIFY_SOCKET: '/run/x', WATCHDOG_USEC: '30000000', ...environment },
    pid: 42,
    clock,
    logger,
    tell: async (notice) => void told.push(notice),
  })
  /** Let so much time pass in which all but what `frozen` names moves, with a look at its end. */
  const pass = async (sec: number, frozen: readonly ('looks' | 'heard')[] = []): Promise<Notice[]> => {
    time.monoMs += sec * 1000
    if (!frozen.includes('looks')) state.looks += sec
    if (!frozen.includes('heard')) state.heardMonoMs = time.monoMs
    told.length = 0
    manager.look()
    await new Promise(setImmediate)
    return [...told]
  }
  return { manager, watched, state, logger, told, pass }
}

const has = (notices: readonly Notice[], what: keyof Notice): boolean => notices.some((one) => one[what] !== undefined)

t.test('C8: READY comes with a status, and signs of life at half of the time', async (t) => {
  const { manager, watched, told, pass } = setup()
  await manager.ready(watched)
  t.match(told, [{ ready: true, status: 'running: 0 of 1 executor busy, Redis 1 ms' }])
  t.notOk(has(await pass(14), 'watchdog'))
  t.ok(has(await pass(1), 'watchdog'))
  t.notOk(has(await pass(14), 'watchdog'))
  t.ok(has(await pass(1), 'watchdog'))
})

t.test('C8: a link or executors that do not move get no sign of life, and the log says why once', async (t) => {
  for (const [part, why] of [
    ['looks', 'the connection to Redis has not been looked at'],
    ['heard', 'no executor has reported'],
  ] as const) {
    const { manager, watched, logger, pass } = setup()
    await manager.ready(watched)
    await pass(15)
    t.strictSame(await pass(16, [part]), [{ status: `stuck: ${why}` }], 'no sign of life')
    t.notOk(has(await pass(1, [part]), 'watchdog'))
    t.equal(logger.count('error the watchdog of systemd gets no sign of life'), 1)
    t.match(logger.fields, [{ reason: why }])
    t.ok(has(await pass(1), 'watchdog'), 'it comes as soon as that moves')
  }
})

t.test('C8: a fetch loop that does not turn when it is nudged gets no sign of life', async (t) => {
  const { manager, watched, state, pass } = setup()
  await manager.ready({ ...watched, nudge: () => undefined })
  t.notOk(has(await pass(15), 'watchdog'))
  state.turns += 1
  t.ok(has(await pass(1), 'watchdog'))
})

t.test('C8: while Redis is away signs of life go on; where it answers others they end', async (t) => {
  const { manager, watched, state, pass } = setup()
  await manager.ready(watched)
  state.connected = false
  state.answers = false
  for (let i = 0; i < 4; i++) t.ok(has(await pass(15), 'watchdog'))
  state.answers = true
  t.ok(has(await pass(15), 'watchdog'), 'it asks after this one')
  t.notOk(has(await pass(15), 'watchdog'))
  state.connected = true
  t.ok(has(await pass(1), 'watchdog'), 'the connection is there again')
})

t.test('C8: waiting for Redis says so and asks for more time; so does what is left of the start', async (t) => {
  const { manager, told, pass } = setup()
  t.teardown(() => manager.stop())
  manager.waitForRedis('redis://nowhere:6379')
  t.strictSame(await pass(1), [{ extendSec: 15, status: 'waiting for Redis at redis://nowhere:6379' }])
  t.strictSame(await pass(1), [])
  t.strictSame(await pass(2), [{ extendSec: 15 }])
  told.length = 0
  manager.starting()
  t.strictSame(told, [{ extendSec: 90, status: 'starting' }])
  t.notOk(has(await pass(10), 'extendSec'), 'nothing waits any more')
})

t.test('C8: stopping is told at once, and more time is asked for as long as jobs run', async (t) => {
  const { manager, watched, state, told, pass } = setup()
  await manager.ready(watched)
  told.length = 0
  state.stopping = true
  state.running = 1
  manager.stopping()
  manager.stopping()
  t.strictSame(told, [{ stopping: true, extendSec: 15, status: 'stopping' }])
  t.match(await pass(5), [{ extendSec: 15, status: 'stopping: waiting for 1 running job' }])
  t.ok(has(await pass(4), 'extendSec'))
  state.running = 0
  t.notOk(has(await pass(4), 'extendSec'))
})

t.test('without systemd nothing is told', async (t) => {
  const { manager, watched, told } = setup({ NOTIFY_SOCKET: '' })
  manager.waitForRedis('redis://x')
  manager.starting()
  await manager.ready(watched)
  manager.stopping()
  t.strictSame(told, [])
})
