import t from 'tap'
import { cannotStart, tellCrashLoop, troubleOf } from '../../../daemon/supervisor/trouble.js'
import { RecordingLogger } from '../../helpers/recording-logger.js'

t.test('what is known of an executor that died: how, and its last line', async (t) => {
  t.equal(troubleOf({ pid: 1, code: 7, signal: null }, undefined), 'it ended with exit code 7')
  t.equal(
    troubleOf({ pid: 1, code: null, signal: 'SIGKILL' }, 'no space'),
    'it was killed by SIGKILL; its last line: no space',
  )
})

t.test('a crash loop is logged with its reason, and as fatal when hope is given up', async (t) => {
  const logger = new RecordingLogger()
  const member = { worker: 'w.1', trouble: 'no licence' }
  tellCrashLoop(logger, member, { type: 'crash-loop', failures: 2, delayMs: 100, fatal: false }, undefined)
  tellCrashLoop(logger, member, { type: 'crash-loop', failures: 10, delayMs: 60_000, fatal: true }, undefined)
  t.same(logger.lines, [
    'error an executor died before it did anything; the next start is delayed',
    'error executors keep dying before they do anything; from now on one is tried only now and then',
  ])
  t.match(logger.fields, [
    { failures: 2, error: 'no licence' },
    { failures: 10, delayMs: 60_000 },
  ])
  t.match(cannotStart(5, member), { code: 'RQD_EXECUTOR', message: /5 executors in a row .*no licence/ })
})
