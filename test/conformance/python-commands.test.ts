import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { type Job, Queue } from '../../src/index.js'
import { startDaemon } from '../helpers/daemon.js'
import { python, withoutPythonRq } from '../helpers/python.js'
import { startRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

t.test('W17: kill-horse and shutdown as Python sends them drive our workers', { skip: withoutPythonRq }, async (t) => {
  const redis = await startRedis(t)
  const daemon = await startDaemon(t, redis, ['-N', '1', '--name', 'ours', 'default'])
  const queue = new Queue('default', { connection: redis.client })
  const begin = async (func: string, ...args: unknown[]): Promise<Job> => {
    const job = await queue.enqueue(func, ...args)
    await waitFor('the job to run', async () => (await job.refresh()).isStarted)
    return job
  }
  const send = (command: string): Promise<null> =>
    python(redis, `from rq.command import ${command}\n${command}(redis, 'ours')\nprint('null')`)

  const killed = await begin('sleeper.sleep', 60_000)
  await send('send_kill_horse_command')
  await waitFor('the job to fail', async () => (await killed.refresh()).isFailed)
  t.match(killed.excInfo, /^Work-horse terminated unexpectedly; waitpid returned 9 \(signal 9\); /)

  const gate = join(redis.folder, 'gate')
  const last = await begin('gate.wait', gate)
  await send('send_shutdown_command')
  await daemon.logged('daemon stopping')
  await writeFile(gate, '')
  t.match(await daemon.ended, { code: 0 })
  t.ok((await last.refresh()).isFinished)
})
