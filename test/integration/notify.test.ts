import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test(
  'C8: a service manager that cannot be told anything is named once, and the daemon works and stops',
  async (t) => {
    const redis = await startRedis(t)
    const env = { NOTIFY_SOCKET: join(redis.folder, 'nobody.sock'), WATCHDOG_USEC: '400000' }
    const daemon = await startDaemon(t, redis, ['-N', '1'], { env })
    const queue = new Queue('default', { connection: redis.client, taskPaths: [] })
    const job = await queue.enqueue('surroundings.tell', ['NOTIFY_', 'WATCHDOG_'], [])
    await waitFor('the job to finish', async () => (await job.refresh()).status === 'finished')
    t.match(await job.refresh(), { result: { names: [] } })
    daemon.signal('SIGTERM')
    t.match(await daemon.ended, { code: 0, signal: null })
    t.equal(daemon.log().split('systemd could not be told how the daemon is').length - 1, 1)
  },
)
