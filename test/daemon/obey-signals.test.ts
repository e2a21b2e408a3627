import t from 'tap'
import type { DaemonState, ReloadReply } from '../../daemon/control/operations.js'
import { obeySignals, type SignalledDaemon } from '../../daemon/obey-signals.js'
import { RqdError } from '../../src/errors.js'
import { RecordingLogger } from '../helpers/recording-logger.js'
import { FakeOperations } from './control/fake-operations.js'

class Signalled extends FakeOperations implements SignalledDaemon {
  state: DaemonState = 'running'
  get pausedQueues(): readonly string[] {
    return [...this.paused]
  }
  scaleBy(difference: 1 | -1): Promise<unknown> {
    this.calls.push(['scaleBy', difference])
    return Promise.resolve()
  }
}

function setup(daemon: SignalledDaemon | undefined) {
  const logger = new RecordingLogger()
  const obey = obeySignals(() => daemon, ['high', 'low'], logger)
  const send = async (signal: string, wish: Parameters<typeof obey>[1]): Promise<void> => {
    obey(signal, wish)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { send, logger }
}

t.test('C3: each wish asks the daemon for its one operation', async (t) => {
  const daemon = new Signalled()
  const { send } = setup(daemon)
  await send('SIGHUP', 'reload')
  await send('SIGTTIN', 'grow')
  await send('SIGTTOU', 'shrink')
  await send('SIGUSR2', 'dump')
  t.same(daemon.calls, [['reload', false], ['scaleBy', 1], ['scaleBy', -1], ['status']])
})

t.test('C3: a continuation undoes what signals have paused, and nothing else', async (t) => {
  const daemon = new Signalled()
  const { send } = setup(daemon)
  await send('SIGCONT', 'resume')
  t.same(daemon.calls, [], 'after SIGSTOP it means nothing')
  daemon.paused.add('low')
  await send('SIGTSTP', 'quiet')
  await send('SIGUSR1', 'quiet')
  await send('SIGCONT', 'resume')
  t.same(daemon.calls, [
    ['pause', ['high']],
    ['resume', ['high']],
  ])
  t.same([...daemon.paused], ['low'])
  await send('SIGTSTP', 'quiet')
  daemon.state = 'draining'
  await send('SIGCONT', 'resume')
  t.same(daemon.calls.length, 3, 'a drain goes on')
})

t.test('C3: a signal that comes before there is a daemon, or that fails, is logged', async (t) => {
  const early = setup(undefined)
  await early.send('SIGHUP', 'reload')
  t.same(early.logger.lines, ['warn a signal has no effect: the daemon is still starting'])
  const daemon = new Signalled()
  daemon.failure = new RqdError('RQD_EXECUTOR', 'no room')
  const { send, logger } = setup(daemon)
  await send('SIGHUP', 'reload')
  t.equal(logger.lines.at(-1), 'error what a signal asked for could not be done')
  t.match(logger.fields.at(-1), { signal: 'SIGHUP', error: 'no room' })
  const lines = logger.lines.length
  daemon.reload = (): Promise<ReloadReply> => Promise.reject(new RqdError('RQD_RELOAD_REFUSED', 'bad'))
  await send('SIGHUP', 'reload')
  t.equal(logger.lines.length, lines + 1, 'what the reload has logged itself is not said twice')
})
