import t from 'tap'
import { Queue } from '../../src/index.js'
import { startSystemd, withoutSystemd } from '../helpers/systemd.js'
import { waitFor } from '../helpers/wait-for.js'

// C8: a daemon that dies under a real systemd, and daemons beside each other.

t.test('under systemd', { skip: withoutSystemd }, async (t) => {
  const systemd = await startSystemd(t)
  const { must, client } = systemd
  const queue = new Queue('default', { connection: client, taskPaths: [] })
  await must('systemctl', 'start', 'redis-server')
  await client.connect()
  await must('systemctl', 'start', 'rqd')

  t.test('C8: a daemon that is killed is started again, and its jobs run', async (t) => {
    const running = await queue.enqueue('gate.wait', '/run/gates/killed')
    await waitFor('the job to run', async () => (await running.refresh()).status === 'started')
    const waiting = await Promise.all([1, 2, 3].map((n) => queue.enqueue('gate.wait', '/run/gates/killed', n)))
    await must('systemctl', 'kill', '--signal=KILL', '--kill-who=main', 'rqd')
    await systemd.shows('NRestarts', /^1$/)
    await systemd.shows('ActiveState', /^active$/)
    await systemd.write('/run/gates/killed', '')
    for (const job of [running, ...waiting]) {
      await waitFor('the jobs to finish', async () => (await job.refresh()).status === 'finished')
    }
    t.pass('no job is lost')
  })

  t.test('C8: rqd@mail reads /etc/rqd/mail.*, and has a socket of its own beside the other daemon', async (t) => {
    await systemd.write('/etc/rqd/mail.yaml', 'queues: [letters]\nname: postman\n')
    await must('systemctl', 'start', 'rqd@mail')
    const status = await must('rqctl', '--socket', '/run/rqd-mail/rqd.sock', 'status', '--json')
    t.match(JSON.parse(status), { name: 'postman', queues: [{ name: 'letters' }] })
    await must('systemctl', 'stop', 'rqd@mail')
    t.equal(await systemd.show('Result', 'rqd@mail'), 'success')
    await must('rqctl', '--socket', '/run/rqd/rqd.sock', 'ping')
  })
})
