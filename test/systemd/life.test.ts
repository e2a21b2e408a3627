import t from 'tap'
import { Queue } from '../../src/index.js'
import { monotonicSec, startSystemd, withoutSystemd } from '../helpers/systemd.js'
import { waitFor } from '../helpers/wait-for.js'

// C8: the life of a daemon under a real systemd, with the units of contrib as they are. One systemd serves all tests here.

t.test('under systemd', { skip: withoutSystemd }, async (t) => {
  const systemd = await startSystemd(t)
  const { must, client } = systemd
  const queue = new Queue('default', { connection: client, taskPaths: [] })
  const ended = async (id: string): Promise<string> =>
    waitFor(`${id} to end`, async () => {
      const status = (await queue.fetchJob(id))?.status
      return (status === 'finished' || status === 'failed') && status
    })

  t.test('C8: systemd-analyze finds nothing wrong with the units, and little that is exposed', async (t) => {
    for (const unit of ['rqd.service', 'rqd@.service']) {
      const { code, stdout, stderr } = await systemd.run('systemd-analyze', 'verify', `/etc/systemd/system/${unit}`)
      t.match({ code, said: stdout + stderr }, { code: 0, said: '' }, unit)
    }
    const security = ['systemd-analyze', 'security', '--no-pager', '--threshold=30']
    for (const unit of ['rqd.service', 'rqd@mail.service']) {
      const { code, stdout } = await systemd.run(...security, unit)
      t.equal(code, 0, `${unit}: ${stdout.trim().split('\n').at(-1) ?? ''}`)
    }
  })

  t.test('C8: while Redis is away a start waits longer than TimeoutStartSec, and its status says why', async (t) => {
    await systemd.dropIn('[Service]\nTimeoutStartSec=6\n')
    await must('systemctl', 'start', '--no-block', 'rqd')
    await systemd.shows('StatusText', /^waiting for Redis at unix:\/\/\/run\/redis\/redis\.sock$/)
    const beganSec = Number(await systemd.show('InactiveExitTimestampMonotonic')) / 1e6
    await waitFor('the time of a start to be over', () => monotonicSec() - beganSec > 7)
    t.equal(await systemd.show('ActiveState'), 'activating')
    await must('systemctl', 'start', 'redis-server')
    await systemd.shows('ActiveState', /^active$/)
    await systemd.shows('StatusText', /^running: \d of 2 executors busy, 0 waiting, Redis /)
    t.equal(await systemd.show('NRestarts'), '0')
    await client.connect()
    t.equal(await ended((await queue.enqueue('arithmetic.add', 1, 2)).id), 'finished')
  })

  t.test(
    'C8: jobs run as another user than root, may write where the unit says, and are no part of the talk',
    async (t) => {
      const files = ['/etc/passwd', '/usr/share/mine', '/var/lib/rqd/mine', '/var/cache/rqd/mine', '/tmp/mine']
      const job = await queue.enqueue('surroundings.tell', ['NOTIFY_', 'WATCHDOG_', 'LISTEN_'], files)
      await ended(job.id)
      const { uid, names, writes } = (await job.refresh()).result as { uid: number; names: string[]; writes: string[] }
      t.not(uid, 0)
      t.strictSame(names, [])
      t.match(writes, [/EROFS|EACCES/, /EROFS|EACCES/, 'written', 'written', 'written'])
    },
  )

  t.test('C10: the journal has a line for each event of a job, with its fields and priority', async (t) => {
    const bad = await queue.enqueue('thrower.fail')
    await ended(bad.id)
    const entries = await waitFor('the failure in the journal', async () => {
      const lines = (await must('journalctl', '-u', 'rqd', '-o', 'json')).trim().split('\n')
      const all = lines.map((line) => JSON.parse(line) as { MESSAGE: string; PRIORITY: string })
      return all.some(({ MESSAGE }) => MESSAGE.startsWith('job failed')) && all
    })
    const find = (start: string): unknown => entries.find(({ MESSAGE }) => MESSAGE.startsWith(start))
    t.match(find('daemon ready'), { PRIORITY: '6', MESSAGE: /executors=2 queues=default socket=\/run\/rqd\/rqd\.sock/ })
    t.match(find('job failed'), { PRIORITY: '3', MESSAGE: new RegExp(`jobId=${bad.id} queue=default`) })
  })
})
