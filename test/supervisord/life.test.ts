import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { Queue } from '../../src/index.js'
import { rqctl } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'
import { startSupervisor, withoutSupervisor } from '../helpers/supervisor.js'
import { waitFor } from '../helpers/wait-for.js'

// C9: the life of a daemon under a real supervisord, with the program of contrib.

t.test('under Supervisor', { skip: withoutSupervisor }, async (t) => {
  const redis = await startRedis(t)
  const supervisor = await startSupervisor(t, redis)
  const queue = new Queue('default', { connection: redis.client, taskPaths: [] })
  const isUp = (): Promise<true> =>
    waitFor('the daemon to run', async () => (await supervisor.state()) === 'RUNNING' || undefined, 40_000)
  const finished = (job: Awaited<ReturnType<typeof queue.enqueue>>): Promise<true> =>
    waitFor('a job to finish', async () => (await job.refresh()).status === 'finished' || undefined, 40_000)

  t.test(
    'C9: Supervisor starts it, keeps what jobs print apart from its log, and can ask for its health',
    async (t) => {
      await isUp()
      await finished(await queue.enqueue('talker.twice', 'a job', 1))
      // Supervisor writes what it is given when it comes to it.
      await waitFor('what the job has printed', async () =>
        (await supervisor.written('stdout')).includes('a job begins'),
      )
      const ready = await waitFor('the log to say that it is ready', async () => {
        const lines = (await supervisor.written('stderr')).split('\n').slice(0, -1)
        const entries = lines.map((line) => JSON.parse(line) as { level: string; message: string })
        return entries.find(({ message }) => message === 'daemon ready')
      })
      t.match(ready, { level: 'info', fields: { executors: 1 } })
      t.equal((await rqctl(['ping', '--socket', supervisor.socket])).code, 0)
    },
  )

  t.test('C9: killed, it is started again, and no job is lost', async (t) => {
    const gate = join(redis.folder, 'killed')
    const running = await queue.enqueue('gate.wait', gate)
    await waitFor('the job to run', async () => (await running.refresh()).status === 'started')
    const waiting = await queue.enqueue('arithmetic.add', 1, 2)
    const pid = await supervisor.pid()
    t.equal((await supervisor.ctl('signal', 'KILL', 'rqd')).code, 0)
    await waitFor('another process', async () => ![0, pid].includes(await supervisor.pid()))
    await isUp()
    await writeFile(gate, '')
    await finished(running)
    await finished(waiting)
    t.pass('both have finished')
  })

  t.test('C9: a stop waits for the running job, and it ends well', async (t) => {
    const gate = join(redis.folder, 'stopped')
    const running = await queue.enqueue('gate.wait', gate)
    await waitFor('the job to run', async () => (await running.refresh()).status === 'started')
    const waiting = await queue.enqueue('gate.wait', gate, 2)
    const stopped = supervisor.ctl('stop', 'rqd')
    await waitFor('it to stop', async () => (await supervisor.state()) === 'STOPPING')
    t.equal((await running.refresh()).status, 'started')
    await writeFile(gate, '')
    t.match(await stopped, { code: 0, stdout: 'rqd: stopped' })
    t.equal((await running.refresh()).status, 'finished')
    t.same(await queue.jobIds(), [waiting.id])
    t.same(await redis.client.smembers('rq:workers'), [])
  })
})
