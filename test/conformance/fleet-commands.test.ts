import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Test } from 'tap'
import t from 'tap'
import { Queue, WorkerInfo } from '../../src/index.js'
import { rqctl } from '../helpers/daemon.js'
import { withoutPythonRq } from '../helpers/python.js'
import { startRedis, type TestRedis } from '../helpers/redis.js'
import { waitFor } from '../helpers/wait-for.js'

// W17: rqctl does to workers of Python RQ what RQ's own commands do.

async function startPythonWorker(t: Test, redis: TestRedis): Promise<{ ended: Promise<unknown[]> }> {
  const args = ['-m', 'rq.cli', 'worker', '--url', redis.url, '--name', 'py', 'py']
  const child = spawn('/usr/bin/python3', args, { stdio: 'ignore', detached: true })
  const ended = once(child, 'exit')
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  await waitFor('the Python worker', async () => {
    const [worker] = await WorkerInfo.all({ connection: redis.client })
    return worker?.state === 'idle'
  })
  return { ended }
}

t.test(
  'W17: rqctl stops a job, kills a horse, suspends and shuts down a Python worker',
  { skip: withoutPythonRq },
  async (t) => {
    const redis = await startRedis(t)
    const { ended } = await startPythonWorker(t, redis)
    const queue = new Queue('py', { connection: redis.client, serializer: 'pickle' })
    const tell = async (...args: string[]) => {
      const { code, stderr } = await rqctl([...args, '--url', redis.url])
      t.equal(code, 0, `${args.join(' ')}: ${stderr}`)
    }
    const begin = async () => {
      const job = await queue.enqueue('time.sleep', 60)
      await waitFor('the job to run', async () => (await job.refresh()).isStarted)
      return job
    }
    const stopped = await begin()
    await tell('stop-job', stopped.id)
    await waitFor('the job to be stopped', async () => (await stopped.refresh()).isStopped)
    const killed = await begin()
    await tell('send', 'kill-horse', 'py')
    await waitFor('the job to fail', async () => (await killed.refresh()).isFailed)
    t.match(killed.excInfo, /Work-horse/)
    await tell('suspend')
    await waitFor('it to stand still', async () => {
      const [worker] = await WorkerInfo.all({ connection: redis.client })
      // One that waits for a job already takes one more.
      if (worker?.state === 'idle' && (await queue.count()) === 0) await queue.enqueue('operator.add', 1, 2)
      return worker?.state === 'suspended'
    })
    await tell('resume', '--all')
    await waitFor('it to go on', async () => (await queue.count()) === 0)
    await tell('send', 'shutdown', 'py')
    await ended
    t.same(await WorkerInfo.all({ connection: redis.client }), [])
  },
)
