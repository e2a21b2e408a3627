import t from 'tap'
import { Looks } from '../../src/looks.js'
import { RecordingLogger } from '../helpers/recording-logger.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('it looks at once and again, tells of trouble once, and that it is over', async (t) => {
  const logger = new RecordingLogger()
  const outcomes = ['good', 'bad', 'bad', 'good']
  let count = 0
  const look = async (): Promise<number> => {
    if (outcomes[count++] === 'bad') throw new Error('no answer')
    return 1
  }
  const looks = new Looks({ look, retryMs: 1, logger, failing: 'it fails', recovered: 'it works' })
  await looks.start()
  t.ok(count >= 1, 'the first look is over')
  await waitFor('four looks', () => count > outcomes.length)
  t.equal(await looks.stop(), 'started')
  t.same([logger.count('warn it fails'), logger.count('info it works')], [1, 1])
  const last = count
  await looks.start()
  t.equal(count, last, 'for good')
  t.equal(await looks.stop(), 'stopped')
})

t.test('stop waits for the look that is under way, and no other follows', async (t) => {
  let end: (delayMs: number) => void = () => undefined
  let count = 0
  const look = (): Promise<number> => {
    count += 1
    return new Promise((resolve) => (end = resolve))
  }
  const options = { look, retryMs: 1, logger: new RecordingLogger(), failing: '', recovered: '' }
  const looks = new Looks(options)
  const started = looks.start()
  const stopped = looks.stop()
  end(0)
  t.equal(await stopped, 'started')
  await started
  t.equal(count, 1)
  const idle = new Looks(options)
  t.equal(await idle.stop(), 'new')
})
