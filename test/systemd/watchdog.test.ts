import t from 'tap'
import { withoutSystemd } from '../helpers/systemd.js'
import { startWatched } from '../helpers/watched.js'

// C8: when a real systemd restarts a daemon that still runs, and when it does not. See watchdog-loop.test.ts too.

t.test('under systemd', { skip: withoutSystemd }, async (t) => {
  const { systemd, lives, restarts, runsJobs } = await startWatched(t)
  const { must } = systemd

  t.test('C8: a daemon whose Redis is away is not restarted, however long that lasts', async (t) => {
    await must('systemctl', 'stop', 'redis-server')
    await systemd.shows('StatusText', /^running: 0 of 1 executor busy, .*Redis does not answer$/)
    await lives(4)
    t.equal(await systemd.show('NRestarts'), '0')
    await must('systemctl', 'start', 'redis-server')
    await runsJobs(t)
  })

  t.test('C8: a daemon none of whose executors reports is restarted', async (t) => {
    await lives(1)
    const { executors } = JSON.parse(await must('rqctl', '--socket', '/run/rqd/rqd.sock', 'status', '--json')) as {
      executors: { pid: number }[]
    }
    await must('kill', '-STOP', String(executors[0]?.pid))
    await restarts(t)
    t.match(await systemd.journal(), 'the watchdog of systemd gets no sign of life  reason="no executor has reported"')
    await runsJobs(t)
  })
})
