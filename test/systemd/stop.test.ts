import t from 'tap'
import { Queue } from '../../src/index.js'
import { monotonicSec, startSystemd, withoutSystemd } from '../helpers/systemd.js'
import { waitFor } from '../helpers/wait-for.js'

// C8: how a daemon stops under a real systemd.

t.test('under systemd', { skip: withoutSystemd }, async (t) => {
  const systemd = await startSystemd(t, { RQD_EXECUTORS: '1' })
  const { must, client } = systemd
  await must('systemctl', 'start', 'redis-server')
  await client.connect()
  // Here as the user that stays; the other tests run as one that does not.
  await must('systemd-sysusers', '/opt/rqd/contrib/systemd/rqd.sysusers.conf')
  await must('systemd-tmpfiles', '--create', '/opt/rqd/contrib/systemd/rqd.tmpfiles.conf')
  const queue = new Queue('default', { connection: client, taskPaths: [] })

  t.test('C8: a stop waits for the running job, longer than TimeoutStopSec, and says so', async (t) => {
    await systemd.dropIn('[Service]\nTimeoutStopSec=5\n')
    await must('systemctl', 'start', 'rqd')
    t.equal(await systemd.show('UID'), (await must('id', '-u', 'rqd')).trim())
    const running = await queue.enqueue('gate.wait', '/run/gates/stop')
    await waitFor('the job to run', async () => (await running.refresh()).status === 'started')
    const waiting = await queue.enqueue('gate.wait', '/run/gates/stop', 2)
    await must('systemctl', 'stop', '--no-block', 'rqd')
    await systemd.shows('StatusText', /^stopping: waiting for 1 running job$/)
    const beganSec = Number(await systemd.show('ActiveExitTimestampMonotonic')) / 1e6
    await waitFor('twice the time of a stop to be over', () => monotonicSec() - beganSec > 10)
    t.equal(await systemd.show('ActiveState'), 'deactivating')
    await systemd.write('/run/gates/stop', '')
    await systemd.shows('ActiveState', /^inactive$/)
    t.equal(await systemd.show('Result'), 'success')
    t.equal((await running.refresh()).status, 'finished')
    t.same(await queue.jobIds(), [waiting.id], 'nothing new was begun')
    t.same(await client.smembers('rq:workers'), [])
    await queue.empty()
  })

  t.test('C8: --stop-timeout-sec bounds it: the job goes back to its queue, and that is no failure', async (t) => {
    await systemd.dropIn('[Service]\nTimeoutStopSec=5\nEnvironment=RQD_STOP_TIMEOUT_SEC=7\n')
    await must('systemctl', 'start', 'rqd')
    const running = await queue.enqueue('gate.wait', '/run/gates/never')
    await waitFor('the job to run', async () => (await running.refresh()).status === 'started')
    await must('systemctl', 'stop', 'rqd')
    t.equal(await systemd.show('Result'), 'success')
    t.equal((await running.refresh()).status, 'queued')
    t.same(await queue.jobIds(), [running.id])
    t.match(await systemd.journal(), 'the time to stop is over')
  })
})
