import t from 'tap'
import { reportStats, takeStats } from '../../../daemon/executor/stats.js'
import { startExecutor } from './start.js'

void t.test('an executor reports its memory and CPU time', async (t) => {
  const executor = await startExecutor(t, { statsIntervalMs: 5 })
  const stats = await executor.hear('stats')
  t.ok(stats.rssBytes > 1_000_000)
  t.ok(stats.cpuMs > 0)
})

void t.test('an interval of 0 reports nothing, and stop is safe twice', (t) => {
  const report = reportStats(0, () => t.fail('nothing is to be sent'))
  report.stop()
  const running = reportStats(60_000, () => undefined)
  running.stop()
  running.stop()
  t.equal(takeStats().type, 'stats')
  t.end()
})
