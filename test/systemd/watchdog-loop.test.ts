import { rm } from 'node:fs/promises'
import t from 'tap'
import { withoutSystemd } from '../helpers/systemd.js'
import { startWatched } from '../helpers/watched.js'

t.test('C8: a daemon whose event loop is held up is restarted', { skip: withoutSystemd }, async (t) => {
  const { systemd, lives, restarts, runsJobs } = await startWatched(t)
  await lives(1)
  await systemd.write('/run/gates/stall', '')
  await restarts(t)
  await rm(systemd.outside('/run/gates/stall'))
  await runsJobs(t)
})
