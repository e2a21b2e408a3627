import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { fixtureTasks } from '../helpers/daemon.js'
import { plainNode } from '../helpers/environment.js'
import { compiledRoot } from '../helpers/paths.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

/** A process namespace of its own needs root. */
const notRoot =
  process.env['CI'] === 'true' || process.getuid?.() === 0 ? false : 'only root may make a namespace of processes'

/** The only child of a process. */
function childOf({ pid = 0 }: ChildProcess): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}

t.test(
  'W10: as process 1 of a container it runs jobs, says what it cannot do, and SIGTERM stops it well',
  { skip: notRoot },
  async (t) => {
    const redis = await startRedis(t)
    const socket = join(redis.folder, 'rqd.sock')
    const args = ['--url', redis.url, '--socket', socket, '--path', fixtureTasks, '-N', '1']
    const [program, all] = plainNode([join(compiledRoot, 'daemon/bin/rqd.js'), ...args])
    const unshare = spawn('unshare', ['--pid', '--fork', '--mount-proc', '--kill-child', program, ...all], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = once(unshare, 'close')
    t.teardown(async () => {
      unshare.kill('SIGKILL')
      await ended
    })
    let log = ''
    unshare.stderr.setEncoding('utf8').on('data', (text: string) => (log += text))
    await waitFor('the daemon to be ready', () => log.includes('daemon ready'), 40_000)
    t.match(log, 'rqd is process 1 here and cannot reap what jobs leave behind: put an init before rqd')
    const queue = new Queue('default', { connection: redis.client, taskPaths: [] })
    const job = await queue.enqueue('arithmetic.add', 1, 2)
    await waitFor('the job to finish', async () => (await job.refresh()).status === 'finished')
    process.kill(childOf(unshare), 'SIGTERM')
    t.strictSame(await ended, [0, null])
    t.match(log, 'daemon stopped')
    t.same(await redis.client.smembers('rq:workers'), [])
  },
)
