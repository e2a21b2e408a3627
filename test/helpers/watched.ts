import type { Test } from 'tap'
import { Queue } from '../../src/index.js'
import { startSystemd, type TestSystemd } from './systemd.js'
import { waitFor } from './wait-for.js'

/** A daemon with one executor that systemd watches closely. */
export interface WatchedDaemon {
  readonly systemd: TestSystemd
  /** Resolves when so many more signs of life have come in. */
  lives(many: number): Promise<void>
  /** Resolves when systemd has started it again for want of them, and it works. */
  restarts(t: Test): Promise<void>
  /** Resolves when it has run a job. */
  runsJobs(t: Test): Promise<void>
}

/** Start one on a systemd and a Redis of its own. */
export async function startWatched(t: Test): Promise<WatchedDaemon> {
  const systemd = await startSystemd(t, { RQD_EXECUTORS: '1' })
  const { must, client } = systemd
  await must('systemctl', 'start', 'redis-server')
  await client.connect()
  await systemd.dropIn('[Service]\nWatchdogSec=6\nEnvironment=RQD_CONNECTION_CLASS=stalling.Stalling\n')
  await must('systemctl', 'start', 'rqd')
  const queue = new Queue('default', { connection: client, taskPaths: [] })
  return {
    systemd,
    lives: async (many) => {
      for (let i = 0; i < many; i++) {
        const last = await systemd.show('WatchdogTimestampMonotonic')
        await waitFor('a sign of life', async () => (await systemd.show('WatchdogTimestampMonotonic')) !== last)
      }
    },
    restarts: async (t) => {
      await systemd.shows('NRestarts', /^1$/)
      t.match(await systemd.journal(), 'Watchdog timeout')
    },
    runsJobs: async (t) => {
      await systemd.shows('ActiveState', /^active$/)
      const job = await queue.enqueue('arithmetic.add', 1, 2)
      await waitFor('a job to finish', async () => (await job.refresh()).status === 'finished')
      t.pass('a job has run')
    },
  }
}
