import t from 'tap'
import { makeConfig } from '../../daemon/config/make-config.js'
import { customSettings } from '../../daemon/custom-settings.js'
import { RecordingLogger } from '../helpers/recording-logger.js'

t.test('W13: without anything to add there are no settings; all that is named is in them', async (t) => {
  const logger = new RecordingLogger()
  t.equal(customSettings(makeConfig({ defaultExceptionHandler: false }), logger), undefined)
  t.match(customSettings(makeConfig({ hooks: 'hooks', jobClass: 'shop:Job', url: 'redis://box' }), logger), {
    exceptionHandlers: [],
    hooks: 'hooks',
    jobClass: 'shop:Job',
    workerClass: null,
    redis: '"redis://box"',
    prefix: 'rq',
    sentryDsn: null,
  })
  t.strictSame(logger.lines, [])
})

t.test(
  "W13: RQ's own classes are ours by another name, with a note; others of RQ are refused with a hint",
  async (t) => {
    const logger = new RecordingLogger()
    const config = makeConfig({ workerClass: 'rq.SimpleWorker', deathPenaltyClass: 'rq.timeouts.TimerDeathPenalty' })
    t.equal(customSettings(config, logger), undefined)
    t.equal(logger.count('info a class of Python RQ is named: the daemon does by itself what it does'), 2)
    t.throws(() => customSettings(makeConfig({ workerClass: 'rq.worker.RandomWorker' }), logger), {
      code: 'RQD_BAD_OPTION',
      message: /^workerClass is "rq.worker.RandomWorker", a Python class .*--dequeue-strategy/,
    })
    t.throws(() => customSettings(makeConfig({ jobClass: 'rq.contrib.Job' }), logger), { message: /^jobClass is/ })
  },
)
